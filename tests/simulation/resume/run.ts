/**
 * One simulated run: the real client, engine and core in virtual time, with the faults of its seed.
 *
 * @module
 */

import type { Event, History } from "./history.ts";
import { only } from "./history.ts";
import { judge } from "./judge.ts";
import { Network } from "./network.ts";
import { Page } from "./page.ts";
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
  #processes = 0;
  #messages = 0;

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
    const page = new Page(this.#network, this.#setting.record);
    this.#plan(page);
    await world.runUntil(CALM_FROM_MS);
    world.isCalm = true;
    const isAtRest = (): boolean => world.nowMs > CALM_FROM_MS + 2_000 && this.#isAtRest(page);
    await world.runUntil(CALM_FROM_MS + REST_MS, isAtRest);
    const { client, session: current } = page;
    const violations = [
      ...this.#errors,
      ...judge(this.history, { current }),
      ...this.#judgeCauses(),
    ];
    if (client.readyState !== 1) violations.push(`not open at the end, but ${client.state}`);
    if (client.bufferedAmount > 0) violations.push(`${client.bufferedAmount} B not confirmed`);
    client.close();
    await world.runUntil(world.nowMs + 100);
    return violations;
  }

  #isAtRest({ client, session }: Page): boolean {
    return client.readyState === 1 && client.bufferedAmount === 0 &&
      judge(this.history, { current: session }).length === 0;
  }

  #boot(): ServerProcess {
    return new ServerProcess(this.#setting, `s${this.#processes++}`);
  }

  #plan(page: Page): void {
    const { world } = this;
    const { faults } = world;
    const often = (times: number, withinMs: number, fault: () => void): void => {
      for (let i = 0; i < times; i++) world.later(fault, world.random() * withinMs);
    };
    if (faults.pauses) often(2, 1_200, () => this.#pause(world.below(2)));
    if (faults.crashes) often(3, 1_500, () => this.#crash(world.below(2)));
    if (faults.moves) often(1, 1_200, () => this.#move(world.below(2)));
    if (faults.reloads) often(1, 1_100, () => page.reload(world.random() < 0.8));
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

  #break({ process }: ServerProcess): void {
    for (const session of this.#store.ownedBy(process)) {
      this.#setting.record({ type: "broken", session });
    }
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
        : why === "unknown"
        ? caused.regressions > 0 || faults.expiry || faults.overflows
        : false;
      return isCaused ? [] : [`lost by ${why} without a cause (session ${session})`];
    });
  }
}
