import type { Sources } from "../sources.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeNetwork } from "./fake_network.ts";
import type { RuntimeProfile } from "./runtime_profiles.ts";
import { seededRandom } from "./seeded_random.ts";

/** Options of {@linkcode fakeWorld}. */
export interface FakeWorldOptions {
  /**
   * Seed of `sources.random`, a safe integer.
   *
   * @default {1}
   */
  seed?: number;
  /**
   * What the clock shows at first, in milliseconds since the Unix epoch.
   *
   * @default {0} So that times in a test read as durations.
   */
  startMs?: number;
  /**
   * The runtime to imitate.
   *
   * @default {"browser"} It is nearest to the standard.
   */
  runtime?: RuntimeProfile;
}

/** All fakes, and the `sources` that bind them. */
export interface FakeWorld {
  /** Time. */
  readonly clock: FakeClock;
  /** The server's side. */
  readonly network: FakeNetwork;
  /** Pass it as the `sources` option. */
  readonly sources: Sources;
}

/**
 * Makes all fakes and the `sources` that bind them. No global is patched, so several worlds stand
 * side by side.
 *
 * @example Two worlds of the same seed
 * ```ts
 * import { fakeWorld } from "@holdfast/websocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const first = fakeWorld({ seed: 7, runtime: "deno" });
 * const second = fakeWorld({ seed: 7, runtime: "node22" });
 * assertEquals(first.sources.random(), second.sources.random());
 *
 * first.clock.tick(1_000);
 * assertEquals([first.clock.now(), second.clock.now()], [1_000, 0]);
 * ```
 *
 * @throws {RangeError} The seed is no safe integer, or there is no such runtime.
 */
export function fakeWorld(options: FakeWorldOptions = {}): FakeWorld {
  const { seed = 1, startMs = 0, runtime = "browser" } = options;
  const clock = new FakeClock(startMs);
  const network = new FakeNetwork({ clock, runtime });
  const { WebSocket, connectivity } = network;
  return {
    clock,
    network,
    sources: { WebSocket, clock, random: seededRandom(seed), connectivity },
  };
}
