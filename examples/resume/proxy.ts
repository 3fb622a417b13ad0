/** A balancer that sends each connection to the next server, and cuts them. */
import { connect, createServer, type Server, type Socket } from "node:net";

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** A TCP proxy on this machine. */
export class Proxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #targets: () => readonly number[];
  readonly #pairs = new Set<Pair>();
  readonly #sockets = new Set<Socket>();
  #turn = 0;
  connections = 0;

  constructor(targets: () => readonly number[]) {
    this.#targets = targets;
    this.#server = createServer((client) => this.#join(client));
  }

  /** Starts one; `targets` are the ports of the servers that run. */
  static async start(targets: () => readonly number[]): Promise<Proxy> {
    const proxy = new Proxy(targets);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  /** Cuts one connection; if it is to linger, its server notices only after `lingerMs`. */
  cut(place: number, lingerMs = 0): void {
    const pair = [...this.#pairs][place % Math.max(1, this.#pairs.size)];
    if (!pair) return;
    this.#pairs.delete(pair);
    const { client, server } = pair;
    client.unpipe();
    server.unpipe();
    client.destroy();
    if (lingerMs === 0) return void server.destroy();
    const timer = setTimeout(() => server.destroy(), lingerMs);
    server.on("close", () => clearTimeout(timer));
  }

  /** Cuts every connection. */
  cutAll(): void {
    while (this.#pairs.size > 0) this.cut(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    this.connections++;
    const ports = this.#targets();
    const port = ports[this.#turn++ % Math.max(1, ports.length)];
    if (port === undefined) return void client.destroy();
    const server = connect({ port, host: "127.0.0.1", noDelay: true });
    const pair = { client, server };
    this.#pairs.add(pair);
    client.setNoDelay(true);
    client.pipe(server);
    server.pipe(client);
    for (const [socket, other] of [[client, server], [server, client]] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        // One that lingers was taken out before.
        if (this.#pairs.delete(pair)) other.destroy();
      });
    }
  }
}
