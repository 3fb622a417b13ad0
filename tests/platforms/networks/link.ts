/**
 * A network of two hosts and one link, in network namespaces of its own: a client's and a server's.
 *
 * @module
 */

import type { Prefix } from "./actors.ts";
import { NotHere } from "../rows.ts";
import { runCommand, type Scope } from "./scope.ts";

const CLIENT = { address: "10.99.0.1", device: "hf0" };
const SERVER = { address: "10.99.0.2", device: "hf1" };
const PORT = 8_080;
/** Nobody's: frames to it are lost on the wire, as those to a host that vanished. */
const NOWHERE = "02:00:00:00:00:99";

let links = 0;

/** Which way packets are lost, as the client sees it. */
export type Direction = "out" | "in";

/** The link and what can happen to it. Every fault lasts until {@linkcode Link.heal}. */
export class Link {
  readonly port = PORT;
  readonly serverAddress = SERVER.address;
  readonly url = `ws://${SERVER.address}:${PORT}/`;
  readonly #scope: Scope;
  readonly #client: string;
  readonly #server: string;

  constructor(scope: Scope, name: string) {
    this.#scope = scope;
    this.#client = `${name}-c`;
    this.#server = `${name}-s`;
  }

  /** Runs a command at the client's host. */
  get atClient(): Prefix {
    return ["ip", "netns", "exec", this.#client];
  }

  /** Runs a command at the server's host. */
  get atServer(): Prefix {
    return ["ip", "netns", "exec", this.#server];
  }

  /** Makes both hosts and the link. */
  async create(): Promise<void> {
    for (const host of [this.#client, this.#server]) {
      await this.#ip("netns", "add", host).catch(({ message }) => {
        throw new NotHere(`network namespaces are not permitted; run as root: ${message}`);
      });
      this.#scope.defer(async () => void await runCommand(["ip", "netns", "del", host]));
    }
    const peer = ["peer", "name", SERVER.device, "netns", this.#server];
    await this.#ip("-n", this.#client, "link", "add", CLIENT.device, "type", "veth", ...peer)
      .catch(({ message }) => {
        throw new NotHere(`links between namespaces are not permitted: ${message}`);
      });
    for (
      const [host, { address, device }] of [[this.#client, CLIENT], [this.#server, SERVER]] as const
    ) {
      await this.#ip("-n", host, "addr", "add", `${address}/24`, "dev", device);
      await this.#ip("-n", host, "link", "set", device, "up");
    }
  }

  /** The wire is cut, and neither host is told. */
  async cut(): Promise<void> {
    await this.#setNeighbour(this.#client, SERVER.address, CLIENT.device);
    await this.#setNeighbour(this.#server, CLIENT.address, SERVER.device);
  }

  /** Undoes every fault. */
  async heal(): Promise<void> {
    await this.#ip("-n", this.#client, "neigh", "flush", "all");
    await this.#ip("-n", this.#server, "neigh", "flush", "all");
    await this.#ip("-n", this.#client, "neigh", "flush", "all", "nud", "permanent");
    await this.#ip("-n", this.#server, "neigh", "flush", "all", "nud", "permanent");
    await this.#ip(
      "-n",
      this.#client,
      "addr",
      "replace",
      `${CLIENT.address}/24`,
      "dev",
      CLIENT.device,
    );
    await this.#nft("flush ruleset");
  }

  /** Packets of one direction are lost. */
  drop(direction: Direction): Promise<void> {
    return this.#rule(direction, "drop");
  }

  /** The server's host answers every packet with a reset. */
  reset(): Promise<void> {
    return this.#rule("out", "reject with tcp reset");
  }

  /** The client's host loses its address, as when it changes networks. */
  async removeAddress(): Promise<void> {
    const { address, device } = CLIENT;
    await this.#ip("-n", this.#client, "addr", "del", `${address}/24`, "dev", device);
  }

  /** At the server's host, where what leaves the client comes in at the server, and the other way round. */
  #rule(direction: Direction, verdict: string): Promise<void> {
    const [hook, port] = direction === "out" ? ["input", "dport"] : ["output", "sport"];
    const rule = `tcp ${port} ${PORT} ${verdict}`;
    return this.#nft(`table inet fault {
      chain fault {
        type filter hook ${hook} priority 0
        ${rule}
      }
    }`);
  }

  async #nft(rules: string): Promise<void> {
    await this.#scope.command([...this.atServer, "nft", "-f", "-"], `${rules}\n`);
  }

  async #ip(...args: readonly string[]): Promise<void> {
    await this.#scope.command(["ip", ...args]);
  }

  async #setNeighbour(host: string, address: string, device: string): Promise<void> {
    const to = ["lladdr", NOWHERE, "dev", device, "nud", "permanent"];
    await this.#ip("-n", host, "neigh", "replace", address, ...to);
  }
}

/** Makes a link that ends with the scope. */
export async function createLink(scope: Scope): Promise<Link> {
  const link = new Link(scope, `holdfast-${Deno.pid}-${links++}`);
  await link.create();
  return link;
}
