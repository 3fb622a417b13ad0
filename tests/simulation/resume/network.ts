/**
 * The wires: latency, cuts with frames in flight, ends that notice late or go on as zombies.
 *
 * @module
 */

import type { ServerConnection } from "../../../lib/resume/server/mod.ts";
import type { WebSocketConstructor, WebSocketData, WebSocketLike } from "../../../mod.ts";
import type { ServerProcess } from "./server_process.ts";
import type { World } from "./world.ts";

type Listener = (event: unknown) => void;

/** All connections of one run. */
export class Network {
  readonly world: World;
  /** The servers that can be dialled. */
  readonly servers: () => readonly ServerProcess[];
  readonly #wires = new Set<Wire>();
  #offlineUntilMs = 0;

  constructor(world: World, servers: () => readonly ServerProcess[]) {
    this.world = world;
    this.servers = servers;
  }

  get isOffline(): boolean {
    return this.world.nowMs < this.#offlineUntilMs;
  }

  /** The class that the client dials with. */
  get WebSocket(): WebSocketConstructor {
    // deno-lint-ignore no-this-alias -- the class below has its own
    const network = this;
    return class extends Socket {
      constructor(url: string) {
        super(network, url);
      }
    };
  }

  /** Cuts all connections, and every new one for a time. */
  goOffline(ms: number): void {
    this.#offlineUntilMs = this.world.nowMs + ms;
    this.cutAll();
  }

  cutAll(of?: ServerProcess): void {
    for (const wire of [...this.#wires]) {
      if (!of || wire.server === of) wire.cut();
    }
  }

  /** Cuts the connections of a server, some of them, and each in its time. */
  cutSome(of: ServerProcess, share: number, withinMs: number): void {
    const { random } = this.world;
    for (const wire of [...this.#wires]) {
      if (wire.server === of && random() < share) {
        this.world.later(() => wire.cut(), random() * withinMs);
      }
    }
  }

  add(wire: Wire): void {
    this.#wires.add(wire);
  }

  remove(wire: Wire): void {
    this.#wires.delete(wire);
  }
}

/** Both ends of one connection. */
class Wire {
  server: ServerProcess | undefined;
  #connection: ServerConnection | undefined;
  readonly #network: Network;
  readonly #socket: Socket;
  /** Whether the client is connected, and the server, each as far as they know. */
  #isClientUp = true;
  #isServerUp = false;
  /** Whether what the client has sent may still arrive, though it has gone. */
  #isZombie = false;
  /** Nothing overtakes: the last arrival each way. */
  #toServerMs = 0;
  #toClientMs = 0;

  /** How long a frame may take; on some wires so long that it arrives after what a later wire carries. */
  readonly #latencyMs: number;

  constructor(network: Network, socket: Socket) {
    this.#network = network;
    this.#socket = socket;
    this.#latencyMs = network.world.random() < 0.1 ? 300 : 20;
    network.add(this);
    network.world.later(() => this.#meet(), network.world.random() * 30);
  }

  #meet(): void {
    if (!this.#isClientUp) return;
    const { world, isOffline } = this.#network;
    const living = this.#network.servers().filter(({ process }) => !process.isDead);
    const server = living[world.below(living.length)];
    if (!server || isOffline || !world.isCalm && world.random() < 0.1) return this.cut();
    this.server = server;
    this.#isServerUp = true;
    this.#connection = server.connect({
      send: (frame) => this.#toClient(frame),
      close: (code, reason) => this.#closedByServer(code, reason),
    });
    this.#socket.opened();
    if (!world.isCalm && world.random() < 0.85) {
      world.later(() => this.cut(), world.random() * 200);
    }
  }

  #toClient(frame: WebSocketData): void {
    if (!this.#isServerUp || !this.#isClientUp || this.server?.process.isDead) return;
    const { world } = this.#network;
    this.#toClientMs = Math.max(this.#toClientMs, world.nowMs + world.random() * 20);
    world.later(() => {
      if (this.#isClientUp) this.#socket.received(frame);
    }, this.#toClientMs - world.nowMs);
  }

  toServer(frame: WebSocketData): void {
    const { world } = this.#network;
    this.#toServerMs = Math.max(
      this.#toServerMs,
      world.nowMs + world.random() * this.#latencyMs,
    );
    world.later(() => {
      if (!this.#isClientUp && !this.#isZombie) return;
      this.server?.process.run(() => {
        if (this.#isServerUp) this.#connection?.receive(frame);
      });
    }, this.#toServerMs - world.nowMs);
  }

  #closedByServer(code: number, reason: string): void {
    if (!this.#isServerUp) return;
    this.#isServerUp = false;
    const { world } = this.#network;
    world.later(() => {
      this.#network.remove(this);
      if (this.#isClientUp) {
        this.#isClientUp = false;
        this.#socket.ended(code, reason);
      }
      this.server?.process.run(() => this.#connection?.closed());
    }, Math.max(1, this.#toClientMs - world.nowMs));
  }

  closedByClient(code: number): void {
    const { world } = this.#network;
    const delayMs = Math.max(this.#toServerMs - world.nowMs, 0) + world.random() * 10;
    world.later(() => {
      this.#isZombie = false;
      this.#isClientUp = false;
      this.#network.remove(this);
      this.#endServer();
      this.#socket.ended(code, "");
    }, delayMs);
  }

  /** The client notices at once; the server perhaps late, and what is in flight to it may still arrive. */
  cut(): void {
    if (!this.#isClientUp) return;
    const { world } = this.#network;
    this.#isClientUp = false;
    this.#network.remove(this);
    world.caused.cuts++;
    this.#isZombie = world.random() < 0.3;
    const lateMs = this.#isZombie || world.random() < 0.2 ? world.random() * 400 : 0;
    if (this.#isZombie) world.caused.zombies++;
    else if (lateMs > 0) world.caused.lateCloses++;
    if (this.#toClientMs > world.nowMs) world.caused.lostAnswers++;
    world.later(() => {
      this.#isZombie = false;
      this.#endServer();
    }, lateMs);
    this.#socket.ended(1006, "");
  }

  #endServer(): void {
    this.server?.process.run(() => {
      if (!this.#isServerUp) return;
      this.#isServerUp = false;
      this.#connection?.closed();
    });
  }
}

/** The client's end, as the platform's class. */
class Socket implements WebSocketLike {
  readyState = 0;
  binaryType = "blob";
  readonly url: string;
  protocol = "";
  readonly extensions = "";
  readonly bufferedAmount = 0;
  readonly #listeners = new Map<string, Listener[]>();
  readonly #wire: Wire;

  constructor(network: Network, url: string) {
    this.url = url;
    this.#wire = new Wire(network, this);
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...this.#listeners.get(type) ?? [], listener]);
  }

  removeEventListener(type: string, listener: Listener): void {
    const others = this.#listeners.get(type)?.filter((other) => other !== listener);
    this.#listeners.set(type, others ?? []);
  }

  send(frame: WebSocketData): void {
    if (this.readyState === 1) this.#wire.toServer(frame);
  }

  close(code = 1000): void {
    if (this.readyState >= 2) return;
    this.readyState = 2;
    this.#wire.closedByClient(code);
  }

  opened(): void {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.protocol = "resume.v1";
    this.#dispatch("open", {});
  }

  received(data: WebSocketData): void {
    if (this.readyState === 1) this.#dispatch("message", { data });
  }

  ended(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#dispatch("close", { code, reason, wasClean: code !== 1006 });
  }

  #dispatch(type: string, fields: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener({ type, ...fields });
  }
}
