/**
 * A process with the engine in it, and an application that counts.
 *
 * @module
 */

import {
  ResumeServer,
  type ServerConnection,
  type Session,
  type SessionHandlers,
  type Transport,
} from "../../../lib/resume/server/mod.ts";
import type { Event } from "./history.ts";
import type { SharedStore } from "./store.ts";
import { Process, type World } from "./world.ts";

/** What all servers of a run share. */
export interface Setting {
  readonly world: World;
  readonly store: SharedStore;
  readonly record: (event: Event) => void;
  /** The next message of a server. */
  readonly nextMessage: () => number;
  /** An error that the engine reported without a planned cause. */
  readonly onError: (error: unknown) => void;
}

/** One process. */
export class ServerProcess {
  readonly process: Process;
  readonly #engine: ResumeServer<undefined, string>;
  readonly #setting: Setting;
  /** Those that live here, each with what ends it. */
  readonly #ends = new Map<string, () => void>();
  #lives = 0;

  constructor(setting: Setting, id: string) {
    this.#setting = setting;
    const { world, store, onError } = setting;
    this.process = new Process(world, id);
    const { process } = this;
    this.#engine = new ResumeServer<undefined, string>({
      store: store.of(process),
      authenticate: () => "user",
      session: (session) => this.#begin(session),
      ttlMs: world.faults.expiry ? 400 : 60_000,
      maxUnackedBytes: world.faults.overflows ? 600 : 1 << 20,
      storeTimeoutMs: 500,
      // As short as the delays of the clients, or they say more hellos meanwhile than they remember.
      openTimeoutMs: 2_000,
      onError: (error) => {
        if (!process.isDead && !isCaused(error)) onError(error);
      },
      sources: { clock: process.clock, digest: sessionOf },
    });
  }

  get sessions(): number {
    return this.#engine.size;
  }

  connect(transport: Transport): ServerConnection {
    return this.#engine.connect(transport, undefined);
  }

  shutdown(): Promise<number> {
    return this.#engine.shutdown({ timeoutMs: 60_000 });
  }

  /** The application ends all sessions, now or when the process goes on. */
  end(): void {
    this.process.run(() => {
      for (const end of this.#ends.values()) end();
    });
  }

  #begin(session: Session<string>): SessionHandlers {
    const { world, record, nextMessage } = this.#setting;
    const { process } = this;
    const life = `${process.id}.${this.#lives++}`;
    const { key } = session;
    let isOver = false;
    record({ type: "begun", session: key, life, isNew: session.isNew });
    const send = (): void => {
      const message = nextMessage();
      if (session.send(`${message}`)) record({ type: "sent", session: key, life, message });
    };
    /** With a last word, which is not stored yet. */
    const end = (): void => {
      send();
      session.end();
    };
    this.#ends.set(life, end);
    const mayEnd = (chance: number): void => {
      if (world.faults.ends && !world.isCalm && world.random() < chance) end();
    };
    const tick = (): void => {
      if (isOver || world.isCalm) return;
      for (let count = world.below(4); count > 0; count--) send();
      mayEnd(0.01);
      process.clock.setTimeout(tick, world.random() * 40);
    };
    process.clock.setTimeout(tick, world.random() * 10);
    return {
      message: (data, { redelivered, id }) => {
        const effect = (): void => {
          if (process.isDead) return;
          record({ type: "handled", session: key, message: Number(data), redelivered, id });
          // An answer, at once: with the commit of what it answers.
          if (world.random() < 0.1 && !world.isCalm) send();
        };
        const { slowHandlers, endlessHandlers } = world.faults;
        mayEnd(0.02);
        if (endlessHandlers && !world.isCalm && world.random() < 0.01) {
          effect();
          world.caused.endlessHandlers++;
          return process.awake().then(() => world.wait(5_000));
        }
        if (!slowHandlers || world.random() < 0.5) return effect();
        return new Promise<void>((resolve) =>
          process.clock.setTimeout(() => {
            effect();
            resolve();
          }, world.random() * 30)
        );
      },
      end: (why, unacked) => {
        this.#ends.delete(life);
        if (process.isDead) return;
        isOver = true;
        if (why === "store-failed") record({ type: "broken", session: key });
        record({ type: "ended", session: key, life, why, unacked: unacked.map(Number) });
        if (why === "moved") world.caused.moves++;
      },
    };
  }
}

/** The history calls a session by its token. */
function sessionOf(text: string): string {
  return JSON.parse(text)[1];
}

function isCaused(error: unknown): boolean {
  return /^(store:|The session store did not answer)/.test((error as Error).message);
}
