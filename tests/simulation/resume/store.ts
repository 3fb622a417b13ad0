/**
 * A store that several servers share, as a model of Redis: latency, failures, leases of owners, and a
 * past to go back to.
 *
 * @module
 */

import { follows } from "../../../lib/resume/server/mod.ts";
import type {
  Change,
  Committed,
  Grave,
  Opened,
  SessionStore,
  StoreHello,
} from "../../../lib/resume/server/mod.ts";
import type { WebSocketData } from "../../../mod.ts";
import type { Process, World } from "./world.ts";

interface Row {
  gen: number;
  /** The id of the process that owns it; "" when it was released. */
  owner: string;
  n: number;
  rx: number;
  acked: number;
  tx: number;
  doubt: number;
  epoch: number;
  grave: Grave | undefined;
  messages: WebSocketData[];
}

interface Server {
  readonly process: Process;
  release: (key: string) => Promise<void>;
}

/** How long a process may stand still before another one may take its sessions. */
const LEASE_MS = 300;
/** The owner of a session that was released by who may have handled more than it committed. */
const UNCLEAN = "!";
/** How long an owner may take to answer before its lease is looked at. */
const PATIENCE_MS = 200;

/** The store, and its servers. */
export class SharedStore {
  readonly #world: World;
  readonly #servers = new Map<string, Server>();
  #rows = new Map<string, Row>();
  #past: Map<string, Row> | undefined;
  #epoch = 0;

  readonly #onFailure: (key: string) => void;

  /** @param onFailure Called with the session about which the store fails. */
  constructor(world: World, onFailure: (key: string) => void) {
    this.#world = world;
    this.#onFailure = onFailure;
  }

  /** The sessions that a process owns. */
  ownedBy({ id }: Process): string[] {
    return [...this.#rows].filter(([, { owner }]) => owner === id).map(([key]) => key);
  }

  /** Remembers the present. */
  backUp(): void {
    this.#past = copy(this.#rows);
  }

  /** Goes back to what was remembered. */
  restore(): void {
    if (!this.#past) return;
    this.#rows = this.#past;
    this.#past = undefined;
    this.#epoch++;
    this.#world.caused.regressions++;
  }

  /** The store as one process uses it. */
  of(process: Process): SessionStore {
    const server: Server = { process, release: () => Promise.resolve() };
    this.#servers.set(process.id, server);
    return {
      bind: (release) => void (server.release = release),
      open: (key, hello, isWanted) => this.#open(process, key, hello, isWanted),
      sync: (key, gen, change) => this.#call(process, key, () => this.#sync(key, gen, change)),
      release: (key, isClean) =>
        this.#call(process, key, () => {
          const row = this.#rows.get(key);
          if (row?.owner === process.id) row.owner = isClean ? "" : UNCLEAN;
        }),
      remove: (key, gen, grave) =>
        this.#call(process, key, () => {
          const row = this.#rows.get(key);
          if (row?.gen !== gen) return;
          Object.assign(row, { grave, n: grave.n, owner: "", messages: [] });
        }),
    };
  }

  /** A round trip: it takes time, and may fail on the way there, on the way back, or for ever. */
  async #call<T>(process: Process, key: string, work: () => T): Promise<T> {
    const { random, faults, isCalm, caused } = this.#world;
    const isFailing = faults.storeErrors && !isCalm && random() < 0.02;
    const failure = isFailing ? random() : 1;
    if (isFailing) {
      caused.storeErrors++;
      this.#onFailure(key);
    }
    await this.#trip(process);
    if (failure < 0.4) throw new Error("store: failed before");
    const answer = work();
    await this.#trip(process);
    if (failure < 0.8) throw new Error("store: failed after");
    if (failure < 1) await new Promise(() => {});
    return answer;
  }

  async #trip(process: Process): Promise<void> {
    await this.#world.wait(this.#world.random() * 4);
    await process.awake();
  }

  async #open(
    process: Process,
    key: string,
    hello: StoreHello,
    isWanted: () => boolean,
  ): Promise<Opened> {
    /** The generation whose owner is dead. */
    let forced = 0;
    for (;;) {
      const found = await this.#call(process, key, () => this.#take(process, key, hello, forced));
      if (typeof found !== "string") return found;
      if (!isWanted()) return { type: "stale" };
      const owner = this.#servers.get(found) as Server;
      const gen = this.#rows.get(key)?.gen ?? 0;
      if (!owner.process.isDead && !owner.process.isPaused) {
        const released = owner.release(key).catch(() => {});
        await Promise.race([released, this.#world.wait(PATIENCE_MS)]);
      } else if (this.#world.nowMs - owner.process.stoppedAtMs > LEASE_MS) forced = gen;
      else await this.#world.wait(60);
    }
  }

  /** One atomic step: the session, why not, or the owner that must release it before. */
  #take(process: Process, key: string, hello: StoreHello, forced: number): Opened | string {
    let row = this.#rows.get(key);
    if (row && row.epoch !== this.#epoch) {
      this.#rows.delete(key);
      row = undefined;
    }
    if (row && hello.n <= row.n) return { type: hello.n < row.n ? "stale" : "served" };
    if (row && !follows(hello, row.n)) return { type: "lost", grave: { why: "gap" } };
    if (!row || row.grave && hello.new && hello.tx === 0) {
      if (!hello.new) return { type: "lost", grave: { why: "unknown" } };
      this.#rows.set(key, {
        gen: (row?.gen ?? 0) + 1,
        owner: process.id,
        n: hello.n,
        rx: 0,
        acked: 0,
        tx: 0,
        doubt: 0,
        epoch: this.#epoch,
        grave: undefined,
        messages: [],
      });
      const gen = (row?.gen ?? 0) + 1;
      return {
        type: "session",
        session: { gen, rx: 0, acked: 0, isNew: true, doubt: 0, messages: [] },
      };
    }
    if (row.grave) return { type: "lost", grave: row.grave };
    const isFree = ["", UNCLEAN, process.id].includes(row.owner) || row.gen === forced;
    if (!isFree) return row.owner;
    // Its owner has not released it: what the client sent may have been handled.
    if (row.owner) row.doubt = hello.tx;
    Object.assign(row, { gen: row.gen + 1, owner: process.id, n: hello.n });
    const { gen, rx, acked, doubt } = row;
    const session = { gen, rx, acked, isNew: false, doubt, messages: [...row.messages] };
    return { type: "session", session };
  }

  #sync(key: string, gen: number, change: Change): Committed {
    const row = this.#rows.get(key);
    const fits = row && !row.grave && row.gen === gen &&
      (change.messages.length === 0 || row.tx + 1 === change.first) && change.acked <= row.tx;
    if (!fits) return "fenced";
    row.messages.push(...change.messages);
    row.messages.splice(0, Math.max(0, change.acked - row.acked));
    Object.assign(row, {
      tx: row.tx + change.messages.length,
      acked: Math.max(row.acked, change.acked),
      rx: change.rx,
      n: change.n,
    });
    return "ok";
  }
}

function copy(rows: ReadonlyMap<string, Row>): Map<string, Row> {
  return new Map(
    [...rows].map(([key, row]) => [key, { ...row, messages: [...row.messages] }]),
  );
}
