// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: Chromium runs it as it is
/**
 * A page with a dedicated and a shared worker.
 *
 * @module
 */

const url = new URL(location.href).searchParams.get("server");

/** @returns The lives of clients in workers, which are then ended with a client open. */
export async function result() {
  const dedicated = new Worker("/worker.js");
  const { port } = new SharedWorker("/worker.js");
  return { dedicated: await lifeOf(dedicated), shared: await lifeOf(port) };
}

function lifeOf(port) {
  return new Promise((resolve, reject) => {
    port.onmessage = ({ data }) => resolve(data);
    port.onerror = ({ message }) => reject(new Error(message));
    port.postMessage(url);
  });
}
