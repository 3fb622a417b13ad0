/**
 * Runs a module of `tests/platforms/realms/` in a worker of its own. What it does to its globals stays there,
 * so a test of another platform needs no patched global in the process of all the others.
 *
 * @module
 */

/**
 * The value that the module posts; rejects if it fails.
 *
 * @param input What the module gets by {@linkcode realmInput}.
 */
export async function inRealm(name: string, input?: unknown): Promise<unknown> {
  const module = new URL(`./realms/${name}.ts`, import.meta.url);
  const worker = new Worker(module, { type: "module" });
  if (input !== undefined) worker.postMessage(input);
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

/** In a realm: what {@linkcode inRealm} was given. */
export async function realmInput(): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<MessageEvent>();
  globalThis.addEventListener("message", resolve as EventListener, { once: true });
  return (await promise).data;
}
