/**
 * One simulated run: the real client, engine and core in virtual time, with the faults of its seed.
 *
 * @module
 */

import type { Event, History } from "./history.ts";
import { only } from "./history.ts";
import { judge } from "./judge.ts";
import { judgeShared } from "./judge_shared.ts";
import { Network } from "./network.ts";
import { Page, type PageSetting } from "./page.ts";
import { ServerProcess, type Setting } from "./server_process.ts";
import { SharedStore } from "./store.ts";
import { World } from "./world.ts";

/** When faults end, in virtual milliseconds. */
const CALM_FROM_MS = 1_600;
/** How long everything may take to come to rest. */
const REST_MS = 20_000;

/** What came of a run. */
export interface Outcome {
  readonly violations: readonly string[];
  readonly history: History;
  readonly world: World;
}

/** Plays a seed. */
export async function play(seed: number): Promise<Outcome> {
  const run = new Run(seed);
  const violations = await run.play();
  return { violations, history: run.history, world: run.world };
}

class Run {
  readonly world: World;
  readonly history: Event[] = [];
  readonly #store: SharedStore;
  readonly #network: Network;
  readonly #setting: Setting;
  readonly #servers: ServerProcess[];
  readonly #errors: string[] = [];
  readonly #pages: Page[] = [];
  #processes = 0;
  #messages = 0;
  #sent = 0;

  constructor(seed: number) {
    this.world = new World(seed);
    this.#store = new SharedStore(
      this.world,
      (session) => void this.history.push({ type: "broken", session }),
    );
    this.#network = new Network(this.world, () => this.#servers);
    this.#setting = {
      world: this.world,
      store: this.#store,
      record: (event) => void this.history.push(event),
      nextMessage: () => this.#messages++,
      onError: (error) => void this.#errors.push(`the engine reported: ${error}`),
    };
    this.#servers = [this.#boot(), this.#boot()];
  }

  async play(): Promise<string[]> {
    const { world } = this;
    this.#pages.push(new Page(this.#pageSetting, "tab 0"));
    this.#plan();
    await world.runUntil(CALM_FROM_MS);
    world.isCalm = true;
    const isAtRest = (): boolean =>
      world.nowMs > CALM_FROM_MS + 2_000 && this.#violations.length === 0;
    await world.runUntil(CALM_FROM_MS + REST_MS, isAtRest);
    const violations = [...this.#errors, ...this.#violations, ...this.#judgeCauses()];
    for (const page of this.#pages) page.close();
    await world.runUntil(world.nowMs + 100);
    return violations;
  }

  /** What is wrong as it stands: everything, as long as something may still come. */
  get #violations(): string[] {
    const current = new Set(this.#pages.map(({ session }) => session));
    const sessions = new Set(this.history.map(({ session }) => session));
    return [
      ...this.#pages.flatMap(({ unrest }) => unrest ?? []),
      ...(this.world.caused.copies === 0 && this.#pages[0]?.isOver ? ["over by itself"] : []),
      ...[...sessions].flatMap((session) => {
        const mine = this.history.filter((event) => event.session === session);
        const isShared = mine.some(({ type }) => type === "copied");
        if (isShared) return judgeShared(mine).map((flaw) => `${flaw} (session ${session})`);
        return judge(mine, { current: current.has(session) ? session : undefined });
      }),
    ];
  }

  get #pageSetting(): PageSetting {
    return {
      network: this.#network,
      record: this.#setting.record,
      nextMessage: () => this.#sent++,
    };
  }

  #boot(): ServerProcess {
    return new ServerProcess(this.#setting, `s${this.#processes++}`);
  }

  #plan(): void {
    const { world } = this;
    const [page] = this.#pages as [Page];
    const { faults } = world;
    const often = (times: number, withinMs: number, fault: () => void): void => {
      for (let i = 0; i < times; i++) world.later(fault, world.random() * withinMs);
    };
    if (faults.pauses) often(2, 1_200, () => this.#breakLater((place) => this.#pause(place)));
    if (faults.crashes) often(3, 1_500, () => this.#breakLater((place) => this.#crash(place)));
    if (faults.moves) often(1, 1_200, () => this.#move(world.below(2)));
    if (faults.reloads) {
      often(1, 1_100, () => {
        world.caused.reloads++;
        page.reload(world.random() < 0.8);
      });
    }
    if (faults.copies) often(1 + world.below(2), 1_100, () => this.#copy(page));
    if (faults.expiry || faults.overflows) {
      often(1, 900, () => this.#network.goOffline(300 + world.random() * 600));
    }
    if (faults.regressions) {
      often(1, 700, () => this.#store.backUp());
      world.later(() => {
        this.#store.restore();
        this.#crash(0);
        this.#crash(1);
      }, 700 + world.random() * 600);
    }
  }

  /** A page goes on with what another one keeps, at once or when that is no longer true. */
  #copy(page: Page): void {
    const { world } = this;
    const { snapshot } = page;
    // Documented: where no server has answered yet, and the store forgets, nothing is left to tell them by.
    if (snapshot.isNew && world.faults.regressions) return;
    world.caused.copies++;
    world.later(() => {
      this.#pages.push(new Page(this.#pageSetting, `tab ${this.#pages.length}`, snapshot));
    }, world.random() < 0.5 ? 0 : world.random() * 300);
  }

  #break({ process }: ServerProcess): void {
    for (const session of this.#store.ownedBy(process)) {
      this.#setting.record({ type: "broken", session });
    }
  }

  /** Breaks a server; some only when they have ended their sessions, and may not live to store that. */
  #breakLater(fault: (place: number) => void): void {
    const { world } = this;
    const place = world.below(2);
    if (!this.#mayEnd(place)) return fault(place);
    world.later(() => fault(place), world.random() * 30);
  }

  #mayEnd(place: number): boolean {
    const { faults, random } = this.world;
    const ends = faults.ends && random() < 0.5;
    if (ends) this.#servers[place]?.end();
    return ends;
  }

  #crash(place: number): void {
    const server = this.#servers[place] as ServerProcess;
    if (server.process.isDead) return;
    this.world.caused.crashes++;
    this.#break(server);
    server.process.die();
    this.#network.cutAll(server);
    this.#replace(place, 50 + this.world.random() * 300);
  }

  #replace(place: number, delayMs: number): void {
    this.world.later(() => this.#servers[place] = this.#boot(), delayMs);
  }

  #pause(place: number): void {
    const { world } = this;
    const server = this.#servers[place] as ServerProcess;
    if (server.process.isDead) return;
    world.caused.pauses++;
    this.#break(server);
    server.process.pause(400 + world.random() * 500);
    // When it goes on, it may have been replaced, and not know it.
    this.#mayEnd(place);
    this.#network.cutSome(server, 0.8, 200);
  }

  #move(place: number): void {
    const server = this.#servers[place] as ServerProcess;
    if (server.process.isDead) return;
    server.shutdown().then(() => {
      if (server.process.isDead) return;
      server.process.die();
      this.#network.cutAll(server);
      this.#replace(place, 0);
    });
  }

  /** Nothing is lost without a reason that this run had. */
  #judgeCauses(): string[] {
    const { faults, caused } = this.world;
    return only(this.history, "lost").flatMap(({ why, session }) => {
      const isCaused = why === "overflow"
        ? faults.overflows
        : why === "expired"
        ? faults.expiry
        : why === "ended"
        ? faults.ends
        : why === "unknown"
        ? caused.regressions > 0 || faults.expiry || faults.overflows || faults.ends
        : why === "gap" && caused.copies > 0;
      return isCaused ? [] : [`lost by ${why} without a cause (session ${session})`];
    });
  }
}
