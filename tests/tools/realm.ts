/**
 * Runs a module of `tests/realms/` in a worker of its own. What it does to its globals stays there,
 * so a test of another platform needs no patched global in the process of all the others.
 *
 * @module
 */

/** The value that the module posts; rejects if it fails. */
export async function inRealm(name: string): Promise<unknown> {
  const module = new URL(`../realms/${name}.ts`, import.meta.url);
  const worker = new Worker(module, { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`${name}: ${event.message}`));
      };
    });
  } finally {
    worker.terminate();
  }
}
