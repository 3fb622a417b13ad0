/**
 * The TypeScript blocks of documents, and how to run one.
 *
 * @module
 */

/** The TypeScript blocks of a document, in order. */
export function blocksOf(document: string): string[] {
  return [...document.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = ""]) => code);
}

/** Runs a block as a module of its own, and gives what it exports. */
export async function load<T>(code: string): Promise<T> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, code);
    return await import(`file://${file}`);
  } finally {
    await Deno.remove(file);
  }
}
