/** Runs `body` without a global. */
export function without<T>(name: string, body: () => T): T {
  const global = Object.getOwnPropertyDescriptor(globalThis, name) ?? {};
  Reflect.deleteProperty(globalThis, name);
  try {
    return body();
  } finally {
    Object.defineProperty(globalThis, name, global);
  }
}
