import type { Connectivity, ConnectivityHint } from "../sources.ts";
import { FakeClock } from "./fake_clock.ts";
import { Connection, type Dial, type FakeConnection } from "./fake_connection.ts";
import { FakeWebSocket } from "./fake_web_socket.ts";
import { type RuntimeProfile, runtimeQuirks } from "./runtime_profiles.ts";

/** What a {@linkcode FakeNetwork} is made from. */
export interface FakeNetworkOptions {
  /**
   * The clock that delivers what the client's own calls lead to.
   *
   * @default {new FakeClock()}
   */
  clock?: FakeClock;
  /**
   * The runtime to imitate.
   *
   * @default {"browser"} It is nearest to the standard.
   */
  runtime?: RuntimeProfile;
}

/**
 * A network without wires: it makes sockets whose server ends the test holds.
 *
 * What the test tells a server end to do reaches the client before the call returns. What the
 * client's own calls lead to, such as the end that follows its `close()`, comes by the clock, 0 ms
 * later: call {@linkcode FakeClock.tick}. So nothing happens that the test did not cause.
 *
 * @example A server that greets
 * ```ts
 * import { FakeNetwork } from "@holdfast/websocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const network = new FakeNetwork();
 * const socket = new network.WebSocket("wss://example.com/chat");
 * const heard: string[] = [];
 * socket.onmessage = ({ data }) => heard.push(data);
 *
 * const [connection] = network.connections;
 * connection?.accept();
 * connection?.send("welcome");
 * assertEquals(heard, ["welcome"]);
 *
 * socket.close(1000);
 * assertEquals(socket.readyState, WebSocket.CLOSING);
 * network.clock.tick(0);
 * assertEquals(socket.readyState, WebSocket.CLOSED);
 * ```
 */
export class FakeNetwork {
  /** The clock of this network. */
  readonly clock: FakeClock;
  /** The runtime that the sockets imitate. */
  readonly runtime: RuntimeProfile;
  /** Pass it as `sources.WebSocket`. */
  readonly WebSocket: typeof WebSocket;
  /** Pass it as `sources.connectivity`. */
  readonly connectivity: Connectivity;
  readonly #connections: FakeConnection[] = [];
  readonly #dialListeners: ((connection: FakeConnection) => void)[] = [];
  readonly #hintListeners: Set<(hint: ConnectivityHint) => void> = new Set();
  #isOnline = true;

  /** Makes a network; nothing is dialled yet. */
  constructor(options: FakeNetworkOptions = {}) {
    const { clock = new FakeClock(), runtime = "browser" } = options;
    const quirks = runtimeQuirks(runtime);
    this.clock = clock;
    this.runtime = runtime;
    const dialer = {
      quirks,
      dial: (dial: Dial): Connection => {
        const connection = new Connection(dial, clock, quirks);
        for (const listener of this.#dialListeners) listener(connection);
        this.#connections.push(connection);
        return connection;
      },
    };
    this.WebSocket = class WebSocket extends FakeWebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(dialer, url, protocols);
      }
    };
    const isOnline = (): boolean => this.#isOnline;
    this.connectivity = {
      get online(): boolean {
        return isOnline();
      },
      subscribe: (listener): () => void => {
        this.#hintListeners.add(listener);
        return () => this.#hintListeners.delete(listener);
      },
    };
  }

  /** Server ends of every socket ever opened, oldest first. */
  get connections(): readonly FakeConnection[] {
    return this.#connections;
  }

  /** How many listeners the client has on {@linkcode connectivity}. */
  get hintListeners(): number {
    return this.#hintListeners.size;
  }

  /**
   * Calls `listener` with each connection dialled from now on, inside the client's constructor:
   * nothing listens yet there, so set up the server, and answer by the {@linkcode clock}. What it
   * throws the constructor throws, and then there is no connection.
   */
  onDial(listener: (connection: FakeConnection) => void): void {
    this.#dialListeners.push(listener);
  }

  /** The host says that the network is back. A hint: connections are what they were. */
  online(): void {
    this.#isOnline = true;
    this.#hint("online");
  }

  /** The host says that the network is gone. A hint: connections are what they were. */
  offline(): void {
    this.#isOnline = false;
    this.#hint("offline");
  }

  /** The page is shown again, or the host woke. */
  wake(): void {
    this.#hint("wake");
  }

  #hint(hint: ConnectivityHint): void {
    for (const listener of [...this.#hintListeners]) listener(hint);
  }
}
