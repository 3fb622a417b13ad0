/**
 * Walks through everything that can happen to a client, breadth first, until nothing new appears.
 *
 * The world around the core is abstract: which timers are armed, whether a socket lives, what is
 * being waited for and what the user was told. In each world every input that a shell may give there
 * is tried, and the effects are checked against what must always hold. Numbers are cut down to what
 * the core compares them with, so that there are finitely many worlds.
 *
 * @module
 */

import type {
  Config,
  Effect,
  Hint,
  Input,
  Phase,
  State,
  TimerName,
} from "../../lib/machine/state.ts";
import { connectionState } from "../../lib/machine/step.ts";
import { INITIAL } from "../../lib/machine/step.ts";
import { outcomeOf, type Transition } from "./core_table.ts";

type ErrorCode = Extract<Effect, { type: "lose" }>["error"];

/** A client and what surrounds it. */
export interface World {
  readonly state: State;
  readonly timers: readonly TimerName[];
  readonly socket: "none" | "dialling" | "linked";
  /** The promise that the shell waits for. */
  readonly asks: "nothing" | "resolve" | "handshake";
  /** An answer that the shell gives next, before anything else can happen. */
  readonly losing: ErrorCode | null;
  /** A hint that the shell gives again. */
  readonly recalled: Hint | null;
  readonly isSettling: boolean;
  readonly told: "nothing" | "attempt" | "open" | "idle" | "ended";
  /** Attempts since the counters were at 0, the present one included. */
  readonly attempts: number;
}

/** What a walk found. */
export interface Exploration {
  readonly states: number;
  readonly edges: number;
  /** The outcomes seen, by phase and input. */
  readonly cells: ReadonlyMap<string, ReadonlySet<string>>;
  /** The shortest way to each thing that must not happen. */
  readonly violations: readonly string[];
}

const START: World = {
  state: INITIAL,
  timers: [],
  socket: "none",
  asks: "nothing",
  losing: null,
  recalled: null,
  isSettling: false,
  told: "nothing",
  attempts: 0,
};

/** What may be armed in each phase. */
const TIMERS: Readonly<Record<Phase, readonly TimerName[]>> = {
  resolving: ["connect"],
  connecting: ["connect", "error", "hint"],
  handshaking: ["connect", "error", "refusal", "hint"],
  open: ["stable", "heartbeat", "error", "hint"],
  waiting: ["retry", "hint"],
  paused: [],
  closing: ["close", "error"],
  closed: [],
};

/** The fields of a phase beside those that all have; with a question mark they may be absent. */
const FIELDS: Readonly<Record<Phase, readonly string[]>> = {
  resolving: ["hint?", "late?"],
  connecting: ["hint?", "late?"],
  handshaking: ["hint?", "late?", "refused?"],
  open: ["pulse", "leftMs", "pace?", "hint?"],
  waiting: ["paced", "hint?"],
  paused: [],
  closing: ["error"],
  closed: [],
};

/**
 * Stops at the first violation of a way, and goes on along all others.
 *
 * @param isEnough Whether a violation ends the walk.
 */
export function explore(
  transition: Transition,
  config: Config,
  isEnough: (violation: string) => boolean = () => false,
): Exploration {
  const seen = new Map<string, string>([[JSON.stringify(START), "new"]]);
  const queue: World[] = [START];
  const cells = new Map<string, Set<string>>();
  const violations: string[] = [];
  let edges = 0;
  for (let world; !violations.some(isEnough) && (world = queue.shift());) {
    const way = seen.get(JSON.stringify(world));
    for (const input of inputsOf(world, config)) {
      edges++;
      const step = transition(world.state, input, config);
      const cell = `${world.state.phase} x ${input.type}`;
      const outcomes = cells.get(cell) ?? new Set();
      cells.set(cell, outcomes.add(outcomeOf(world.state, step)));
      const broken: string[] = [];
      const next = perform(world, input, step[0], step[1], config, broken);
      for (const rule of broken) violations.push(`${way} > ${show(input)}: ${rule}`);
      const key = JSON.stringify(next);
      if (broken.length > 0 || seen.has(key)) continue;
      seen.set(key, `${way} > ${show(input)}`);
      queue.push(next);
    }
  }
  return { states: seen.size, edges, cells, violations };
}

function show(input: Input): string {
  const detail = input.type === "timer"
    ? input.timer
    : input.type === "hint"
    ? input.hint
    : input.type === "lost"
    ? `${input.error}, ${input.verdict.retry ? "retry" : "stop"}`
    : "epoch" in input && input.epoch === 0
    ? "stale"
    : "";
  return detail ? `${input.type}(${detail})` : input.type;
}

function lossesOf(epoch: number, error: ErrorCode | null, wasClean = false): Input[] {
  const closure = { code: wasClean ? 1000 : 1006, reason: "", wasClean };
  return ([[true, "policy"], [true, "close-code"], [false, "policy"]] as const).map((
    [retry, by],
  ) => ({
    type: "lost",
    epoch,
    error,
    ...closure,
    verdict: { retry, delayMs: retry ? 1_500 : 0, by, flaws: [] },
  }));
}

/** Every input that can come in a world; those of a dead epoch and of the user can always. */
function inputsOf(whole: World, config: Config): Input[] {
  const { state, timers, socket, asks, losing, recalled, ...world } = whole;
  const { epoch, phase } = state;
  const inputs: Input[] = [];
  if (world.told === "nothing" && phase === "resolving" && asks === "nothing") {
    for (const aborted of [false, true]) {
      inputs.push({ type: "start", config, aborted, paused: false });
    }
    inputs.push({ type: "start", config, aborted: false, paused: true });
    return inputs;
  }
  if (losing) return lossesOf(epoch, losing);
  if (recalled) return hintsOf(recalled, whole);
  for (const stale of [epoch - 1, epoch + 1]) {
    for (const type of ["opened", "refused", "alive", "error"] as const) {
      inputs.push({ type, epoch: stale });
    }
    inputs.push({ type: "ready", epoch: stale, pace: null });
    inputs.push({ type: "resolved", epoch: stale, url: "" }, ...lossesOf(stale, null));
  }
  if (asks === "resolve" && phase === "resolving") {
    inputs.push({ type: "resolved", epoch, url: "" }, ...lossesOf(epoch, "provider-failed"));
  }
  if (asks === "handshake") {
    const paces = config.heartbeat ? [null, { intervalMs: 2_000, timeoutMs: 1_000 }] : [null];
    inputs.push(...paces.map((pace) => ({ type: "ready", epoch, pace }) as const));
    inputs.push({ type: "refused", epoch });
  }
  if (socket === "linked" && state.silences) inputs.push({ type: "alive", epoch });
  if (phase === "handshaking") inputs.push(...lossesOf(epoch, "handshake-failed"));
  if (socket === "dialling") {
    inputs.push({ type: "opened", epoch }, ...lossesOf(epoch, "connect-failed"));
  }
  if (socket === "linked") {
    inputs.push(...lossesOf(epoch, "connection-lost"), ...lossesOf(epoch, null, true));
  }
  if (socket !== "none") inputs.push({ type: "error", epoch });
  if (world.isSettling) inputs.push(...lossesOf(epoch, null));
  for (const timer of timers) inputs.push(...firings(timer, config));
  for (const hint of ["online", "offline", "wake"] as const) inputs.push(...hintsOf(hint, whole));
  for (const error of [null, "aborted"] as const) inputs.push({ type: "close", error });
  if (phase !== "closing" && phase !== "closed") {
    inputs.push({ type: "reconnect", again: false }, { type: "pause" }, { type: "resume" });
    // The events of a reconnect() are all dispatched before the next connection is open.
    if (world.told !== "open") inputs.push({ type: "reconnect", again: true });
  }
  inputs.push({ type: "fault", fault: "" });
  inputs.push({ type: "session", event: "begun", rx: 0 });
  return inputs;
}

/** A hint, with the times that the shell may give with it. */
function hintsOf(hint: Hint | "offline", { state, socket }: World): Input[] {
  const dials = socket !== "dialling" ? [null] : hint === "online" ? [500, 5_000] : [5_000];
  const earlies = state.series.early ? [0, 90_000] : [null];
  return dials.flatMap((dialMs) =>
    earlies.map((earlyMs) => ({ type: "hint", hint, random: 0.5, dialMs, earlyMs }) as const)
  );
}

function firings(timer: TimerName, { heartbeat }: Config): Input[] {
  const silences = timer === "heartbeat" && heartbeat ? [0, heartbeat.intervalMs, null] : [null];
  return silences.flatMap((silentMs) =>
    [0, 1_000_000].map((lateMs) => ({ type: "timer", timer, lateMs, silentMs }) as const)
  );
}

type Draft = { -readonly [K in keyof World]: World[K] };

/** The world after a step; what it breaks is added to `broken`. */
function perform(
  before: World,
  input: Input,
  after: State,
  effects: readonly Effect[],
  config: Config,
  broken: string[],
): World {
  const require = (holds: boolean, rule: string): void => {
    if (!holds) broken.push(rule);
  };
  const world: Draft = { ...before, state: after, timers: [...before.timers] };
  const remove = (gone: TimerName): void => {
    world.timers = world.timers.filter((name) => name !== gone);
  };
  // What an answer answers is no longer waited for; of another epoch it answers nothing.
  if (input.type === "timer") remove(input.timer);
  const isStale = "epoch" in input && input.epoch !== before.state.epoch;
  if (isStale) require(after === before.state && effects.length === 0, "a stale input is heard");
  else {
    if (["resolved", "ready", "refused"].includes(input.type)) world.asks = "nothing";
    if (input.type === "opened") world.socket = "linked";
    if (input.type === "lost") [world.losing, world.isSettling] = [null, false];
    if (input.type === "hint") world.recalled = null;
  }
  if (input.type === "pause" && before.state.phase === "resolving") world.told = "idle";
  if (input.type === "start" && input.paused) world.told = "idle";
  if (input.type === "resume" && before.state.phase === "paused") world.attempts = 0;
  if (input.type === "reconnect") {
    world.attempts = 0;
    // An attempt that nothing was dialled for is replaced without a word.
    if (before.state.phase === "resolving" || input.again) world.told = "idle";
  }
  if (input.type === "timer" && input.timer === "stable") world.attempts = 1;
  require(before.told !== "ended" || effects.length === 0, "an effect after the end");

  let previous: Effect | undefined;
  for (const effect of effects) {
    performOne(world, effect, previous, before, input, require);
    previous = effect;
  }
  const change = connectionState(before.state) !== connectionState(after);
  const told = effects.filter(({ type }) => type === "statechange").length;
  require(told === (change ? 1 : 0), "statechange does not match the change");
  require(after.epoch - before.state.epoch === began(input, effects), "epochs are not attempts");
  checkState(world, config, require);
  return abstract(world, config);
}

function began(input: Input, effects: readonly Effect[]): number {
  return input.type === "start" ? 0 : effects.filter(({ type }) => type === "resolve").length;
}

type Require = (holds: boolean, rule: string) => void;

function performOne(
  world: Draft,
  effect: Effect,
  previous: Effect | undefined,
  before: World,
  input: Input,
  require: Require,
): void {
  switch (effect.type) {
    case "disarm":
      world.timers = effect.timer ? world.timers.filter((name) => name !== effect.timer) : [];
      break;
    case "arm":
      require(effect.delayMs >= 0 && effect.delayMs <= 2 ** 31 - 1, "a delay out of range");
      if (effect.timer === "hint" && world.state.phase === "waiting" && input.type === "hint") {
        const { early } = before.state.series;
        const apartMs = 1_100 * 2 ** (early - 1) - Number(input.earlyMs);
        // A retry at the cap comes before.
        const isApart = effect.delayMs >= Math.min(apartMs, 60_000);
        require(early === 0 || isApart, "two early attempts too close to each other");
        require(!world.state.paced, "a hint shortens a wait that the server chose");
      }
      world.timers = [...new Set([...world.timers, effect.timer])].sort();
      break;
    case "resolve":
      require(world.told === "nothing" || world.told === "idle", "an attempt within an attempt");
      [world.asks, world.told] = ["resolve", "attempt"];
      world.attempts++;
      break;
    case "dial":
      require(world.socket === "none", "two sockets");
      world.socket = "dialling";
      break;
    case "handshake":
      require(world.socket === "linked", "a handshake without a connection");
      world.asks = "handshake";
      break;
    case "flush":
    case "deliver":
    case "probe":
      require(world.told === "open" && world.socket === "linked", `${effect.type} while not open`);
      break;
    case "lose":
      require(world.socket !== "none" || world.asks === "resolve", "a loss of nothing");
      world.losing = effect.error;
      break;
    case "hint":
      world.recalled = effect.hint;
      break;
    case "settle":
      require(world.socket === "none", "the end does not wait for the socket");
      world.isSettling = true;
      break;
    case "abandon":
      require(!effect.silent || isSilence(before, input), "what may be alive is terminated");
      [world.socket, world.asks] = ["none", "nothing"];
      break;
    case "hangUp":
      require(world.socket === "linked", "nothing to hang up");
      break;
    case "statechange":
      require(effect.previous === connectionState(before.state), "statechange from elsewhere");
      require(effect.state === connectionState(world.state), "statechange to elsewhere");
      break;
    case "open":
      require(world.told === "attempt", "open without an attempt");
      world.told = "open";
      break;
    case "error":
      require(world.told === "attempt" || world.told === "open", "error of nothing");
      require(before.state.phase !== "closing", "error after the user's close()");
      break;
    case "close": {
      const isError = previous?.type === "error";
      require(!isError || previous.error === effect.error, "error and close differ");
      const isFailure = effect.error !== null && effect.error !== "aborted" && !effect.wasClean;
      require(isError === isFailure, "error and failure differ");
      require(
        world.told === "attempt" || world.told === "open" ||
          !effect.willRetry && world.told !== "ended",
        "close of nothing",
      );
      world.told = effect.willRetry || world.state.phase === "paused" ? "idle" : "ended";
      if (!effect.willRetry) world.recalled = null;
      break;
    }
    case "retry":
      require(previous?.type === "close" && previous.willRetry, "retry without close");
      break;
  }
}

/** Whether an input proves a socket silent, or a deadline that nothing came within. */
function isSilence(before: World, input: Input): boolean {
  return input.type === "timer" && input.timer === "close" && before.state.phase === "closing" ||
    input.type === "lost" &&
      (input.error === "connect-timeout" || input.error === "heartbeat-timeout");
}

/** What must hold in every world. */
function checkState(world: World, config: Config, require: Require): void {
  const { state, timers, socket, told, attempts, losing, isSettling } = world;
  const { phase, series } = state;
  const fields = ["epoch", "opened", "phase", "series", "silences", ...FIELDS[phase]];
  const names = fields.filter((field) => !field.endsWith("?") || field.slice(0, -1) in state)
    .map((field) => field.replace("?", "")).sort();
  require(Object.keys(state).sort().join() === names.join(), "fields of another phase");
  for (const timer of timers) require(TIMERS[phase].includes(timer), `${timer} timer in ${phase}`);
  const isFresh = series.waitedMs === 0 && series.previousDelayMs === 0 && !series.early;
  require(series.attempt > 0 || isFresh, "counters apart");
  require(attempts <= 1 + config.maxAttempts, "too many attempts");
  const counted = series.attempt + (phase === "waiting" ? 0 : 1);
  const isCounting = told !== "nothing" && !["paused", "closing", "closed"].includes(phase);
  require(!isCounting || attempts === counted, "attempts miscounted");
  const isDue = losing !== null || isSettling;
  const needs: Partial<Record<Phase, boolean>> = {
    resolving: told === "nothing" || timers.includes("connect"),
    connecting: timers.includes("connect"),
    handshaking: timers.includes("connect"),
    open: !config.heartbeat || timers.includes("heartbeat"),
    waiting: timers.includes("retry") && (!("hint" in state) || timers.includes("hint")),
    closing: timers.includes("close"),
  };
  require(isDue || needs[phase] !== false, `nothing ends ${phase}`);
  require((socket === "linked") === isLinked(phase, isSettling), `a ${socket} socket in ${phase}`);
  require((told === "ended") === (phase === "closed"), "the end and its close differ");
  const isIdle = timers.length === 0 && socket === "none" && world.asks === "nothing" && !isDue;
  require(phase !== "paused" || isIdle && told === "idle", "something goes on in a pause");
}

function isLinked(phase: Phase, isSettling: boolean): boolean {
  return phase === "handshaking" || phase === "open" || phase === "closing" && !isSettling;
}

/** Numbers as far as the core looks at them; an unlimited counter stops at 2. */
function abstract(world: World, { maxAttempts }: Config): World {
  const { series } = world.state;
  const attempt = maxAttempts === Infinity ? Math.min(series.attempt, 2) : series.attempt;
  return {
    ...world,
    attempts: world.attempts - (series.attempt - attempt),
    state: {
      ...world.state,
      epoch: 1,
      silences: Math.min(world.state.silences, 2),
      // Of the turns that a late deadline waits, the first and the last show all.
      ...("late" in world.state && { late: Math.max(world.state.late ?? 0, 4) }),
      series: {
        ...series,
        attempt,
        early: Math.min(series.early, 2),
        waitedMs: Math.sign(series.waitedMs),
        previousDelayMs: Math.sign(series.previousDelayMs),
      },
    },
  };
}
