/**
 * A promise with its resolving functions in hand.
 *
 * @module
 */

/** What `Promise.withResolvers` returns. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/** QUIRK(Node 20): there is no Promise.withResolvers. */
export function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, "promise"> | undefined;
  const promise = new Promise<T>((resolve, reject) => settle = { resolve, reject });
  return { promise, ...settle as Omit<Deferred<T>, "promise"> };
}
