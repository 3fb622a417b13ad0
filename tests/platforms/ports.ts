/**
 * Ports for servers that come back.
 *
 * @module
 */

/**
 * A port that is free now, below those that the kernel gives to clients: a dial to a closed port of
 * theirs can connect to itself, or find the port taken when the server comes back.
 */
export function freePort(): number {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
