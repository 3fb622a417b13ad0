/**
 * A reproducible uniform source in [0, 1): xoshiro128** 1.1 (Blackman and Vigna,
 * https://prng.di.unimi.it/), whose period of 2^128 - 1 a run of 10^9 draws does not dent.
 */
export function seededRandom(seed: number): () => number {
  let mix = seed >>> 0;
  // The state must not be all zero and should not be simple: SplitMix32 spreads the seed over it.
  const word = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let z = Math.imul(mix ^ (mix >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return z ^ (z >>> 16);
  };
  let a = word();
  let b = word();
  let c = word();
  let d = word();
  return () => {
    const x = Math.imul(b, 5);
    const value = Math.imul((x << 7) | (x >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return (value >>> 0) / 2 ** 32;
  };
}

/** A seed of its own for each named run (FNV-1a), so that no result depends on what ran before. */
export function seedOf(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
