/**
 * A proxy that is a bad network: it passes connections on, and breaks them on a schedule.
 *
 * @module
 */

import type { ChaosCommand } from "./arguments.ts";
import { Link, type Socket, type Weather } from "./chaos_link.ts";
import { describeFault, type Fault, parseFault, parseScript, type Step } from "./chaos_script.ts";
import { Misuse } from "./flags.ts";
import type { Host } from "./host.ts";
import { type Paint, painter } from "./paint.ts";
import { LineReader } from "./screen.ts";
import { count, formatTime } from "./words.ts";

/** The part of a server of `node:net` that is used. */
interface Server {
  listen(port: number, host: string): unknown;
  close(): unknown;
  address(): { readonly port: number } | string | null;
  // deno-lint-ignore no-explicit-any -- events differ in what they carry
  on(event: string, listener: (argument: any) => void): unknown;
}

/** Where sockets come from. */
interface Network {
  createServer(onConnection: (socket: Socket) => void): Server;
  connect(to: URL): Socket;
}

/** A fault that lasts, and how it ends. */
interface Lasting {
  readonly timer: unknown;
  readonly set: (isOn: boolean) => void;
}

async function platformNetwork(): Promise<Network> {
  const [net, tls] = await Promise.all([import("node:net"), import("node:tls")]);
  return {
    createServer: (onConnection) =>
      net.createServer(
        { allowHalfOpen: true },
        (socket) => onConnection(socket as Socket),
      ) as Server,
    connect({ hostname, port, protocol }): Socket {
      const host = hostname.replace(/^\[(.*)\]$/, "$1");
      const options = { host, allowHalfOpen: true };
      if (protocol === "ws:") {
        return net.connect({ ...options, port: Number(port || 80) }) as Socket;
      }
      // An address is no server name (RFC 6066, section 3): Deno and Bun throw at one.
      const name = net.isIP(host) === 0 ? { servername: host } : {};
      return tls.connect({ ...options, ...name, port: Number(port || 443) }) as Socket;
    },
  };
}

/**
 * Runs the proxy until the user or the script ends it.
 *
 * @returns 0, or 1 if the port could not be listened on.
 * @throws {Misuse} The script cannot be read, or is wrong.
 */
export async function chaos(command: ChaosCommand, host: Host): Promise<number> {
  const steps = command.script === null ? [] : parseScript(await readScript(host, command.script));
  return await new ChaosProxy(command, host, { steps, network: await platformNetwork() }).run();
}

async function readScript(host: Host, path: string): Promise<string> {
  try {
    return await host.readText(path);
  } catch (error) {
    const message = error instanceof Error ? error.message : error;
    throw new Misuse(`Cannot chaos as '--script' must be readable: ${message}`);
  }
}

class ChaosProxy {
  readonly #command: ChaosCommand;
  readonly #host: Host;
  readonly #network: Network;
  readonly #steps: readonly Step[];
  readonly #paint: Paint;
  readonly #lines = new LineReader();
  readonly #links = new Set<Link>();
  readonly #weather: Weather = { isFrozen: false, delayMs: 0 };
  /** Timers of the script, and of what lasts. */
  readonly #timers = new Set<unknown>();
  readonly #lasting = new Map<Fault["type"], Lasting>();
  #server: Server | null = null;
  #port: number;
  #hasListened = false;
  #connections = 0;
  #faults = 0;
  #finish: (code: number) => void = () => {};

  constructor(
    command: ChaosCommand,
    host: Host,
    { steps, network }: { readonly steps: readonly Step[]; readonly network: Network },
  ) {
    this.#command = command;
    this.#host = host;
    this.#steps = steps;
    this.#network = network;
    this.#port = command.port;
    this.#paint = painter(host.hasColors);
  }

  async run(): Promise<number> {
    const { onInput, onStop } = this.#host;
    const finished = new Promise<number>((resolve) => this.#finish = resolve);
    const stopReading = onInput(
      (text) => this.#lines.read(text).forEach((it) => this.#type(it)),
      false,
    );
    const stopListening = onStop(() => this.#finish(0));
    this.#listen();
    const code = await finished;
    stopReading();
    stopListening();
    this.#server?.close();
    for (const timer of this.#timers) this.#host.clock.clearTimeout(timer);
    for (const link of [...this.#links]) link.kill();
    this.#say(`ended: ${count(this.#connections, "connection")}, ${count(this.#faults, "fault")}`);
    return code;
  }

  #listen(): void {
    const { host, to } = this.#command;
    const server = this.#network.createServer((socket) => this.#accept(socket));
    this.#server = server;
    server.on("error", ({ code, message }: { code?: string; message: string }) => {
      this.#host.writeError(`Cannot listen on ${host}:${this.#port}: ${code ?? message}\n`);
      this.#finish(1);
    });
    server.on("listening", () => {
      if (this.#hasListened) return this.#sayOver("refuse");
      this.#hasListened = true;
      const address = server.address();
      if (typeof address === "object" && address) this.#port = address.port;
      const { host: target, protocol } = new URL(to);
      const at = host.includes(":") ? `[${host}]` : host;
      this.#say(`ws://${at}:${this.#port} leads to ${protocol}//${target}`);
    });
    server.listen(this.#port, host);
  }

  #accept(client: Socket): void {
    const { clock } = this.#host;
    const to = new URL(this.#command.to);
    const number = ++this.#connections;
    this.#say(`connection ${number} from ${client.remoteAddress}:${client.remotePort}`);
    const server = this.#network.connect(to);
    const link: Link = new Link({
      ...{ client, server, to, clock },
      weather: this.#weather,
      onEnd: (why) => {
        this.#links.delete(link);
        this.#say(`connection ${number} ended${why === "" ? "" : `, ${why}`}`);
      },
    });
    this.#links.add(link);
    if (number === 1) this.#play();
  }

  #play(): void {
    for (const { atMs, fault } of this.#steps) this.#after(atMs, () => this.#perform(fault));
  }

  #type(line: string): void {
    if (line.trim() === "") return;
    try {
      this.#perform(parseFault(line));
    } catch (error) {
      if (!(error instanceof Misuse)) throw error;
      this.#host.writeError(`Not done as ${error.message}\n`);
    }
  }

  #perform(fault: Fault): void {
    if (fault.type === "repeat") return this.#play();
    if (fault.type === "end") return this.#finish(0);
    this.#faults++;
    const now = count(this.#links.size, "connection");
    this.#say(`${this.#paint("bad", describeFault(fault))} (${now})`);
    switch (fault.type) {
      case "kill":
        return [...this.#links].forEach((link) => link.kill());
      case "close":
        return this.#links.forEach((link) => link.close(fault.code, fault.reason));
      case "freeze":
        return this.#last(fault.type, fault.forMs, (isOn) => this.#weather.isFrozen = isOn);
      case "delay":
        return this.#last(fault.type, fault.forMs, (isOn) => {
          this.#weather.delayMs = isOn ? fault.delayMs : 0;
        });
      case "refuse":
        return this.#last(fault.type, fault.forMs, (isOn) => this.#refuse(isOn));
      case "heal":
        for (const type of [...this.#lasting.keys()]) this.#over(type);
    }
  }

  #refuse(isOn: boolean): void {
    if (isOn) this.#server?.close();
    if (isOn) this.#server = null;
    else if (!this.#server) this.#listen();
  }

  /** Begins what lasts, in place of what lasted so far. */
  #last(type: Fault["type"], forMs: number, set: (isOn: boolean) => void): void {
    this.#host.clock.clearTimeout(this.#lasting.get(type)?.timer);
    set(true);
    this.#links.forEach((link) => link.update());
    const timer = forMs === Infinity ? null : this.#after(forMs, () => this.#over(type));
    this.#lasting.set(type, { timer, set });
  }

  #over(type: Fault["type"]): void {
    const lasting = this.#lasting.get(type);
    this.#host.clock.clearTimeout(lasting?.timer);
    this.#lasting.delete(type);
    lasting?.set(false);
    this.#links.forEach((link) => link.update());
    // A port that is listened on again says so itself, a moment later.
    if (type !== "refuse") this.#sayOver(type);
  }

  #sayOver(type: Fault["type"]): void {
    this.#say(this.#paint("good", `${type} is over`));
  }

  #after(delayMs: number, callback: () => void): unknown {
    const timer = this.#host.clock.setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, delayMs);
    this.#timers.add(timer);
    return timer;
  }

  #say(text: string): void {
    const { clock, write } = this.#host;
    write(`${this.#paint("dim", formatTime(clock.now()))}  ${text}\n`);
  }
}
