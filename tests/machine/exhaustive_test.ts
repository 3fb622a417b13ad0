import { assert, assertEquals } from "@std/assert";
import type { Config, Effect, State } from "../../lib/machine/state.ts";
import { transition } from "../../lib/machine/transition.ts";
import { CONFIG, CONFIGS, HEARTBEAT, parseTable, type Transition } from "./core_table.ts";
import { explore } from "./explore.ts";

const SOURCE = await Deno.readTextFile(new URL("../../lib/machine/transition.ts", import.meta.url));

/**
 * Every kind of heartbeat and handshake with two attempts after the first, which show all that three do;
 * no attempt and any number of them with everything on.
 */
const WALKED = CONFIGS
  .filter(({ maxAttempts, handshake, heartbeat }) =>
    maxAttempts === 3 || handshake && heartbeat === HEARTBEAT
  )
  .map((config) => ({ ...config, maxAttempts: config.maxAttempts === 3 ? 2 : config.maxAttempts }));

Deno.test("transition() keeps every guarantee in every state that a client can reach", () => {
  let [states, edges] = [0, 0];
  const reached = new Map<string, Set<string>>();
  for (const config of WALKED) {
    const found = explore(transition, config);
    assertEquals(found.violations, []);
    states += found.states;
    edges += found.edges;
    for (const [cell, outcomes] of found.cells) {
      reached.set(cell, (reached.get(cell) ?? new Set()).union(outcomes));
    }
  }
  const told: Record<string, string> = {};
  const real: Record<string, string> = {};
  for (const [phase, row] of parseTable(SOURCE)) {
    for (const [type, outcomes] of row) {
      const cell = `${phase} x ${type}`;
      told[cell] = outcomes.join("/");
      real[cell] = [...reached.get(cell) ?? []].filter(Boolean).sort().join("/");
    }
  }
  const used = Object.values(real).filter(Boolean).length;
  console.log(
    `${WALKED.length} configurations, ${states} states, ${edges} edges: all ${used} cells reached`,
  );
  assertEquals(real, told);
});

type Edit = (effects: readonly Effect[], after: State, before: State) => readonly Effect[];

/** The core with its effects edited. */
function edited(edit: Edit): Transition {
  return (state, input, config) => {
    const [after, effects] = transition(state, input, config);
    return [after, edit(effects, after, state)];
  };
}

function without(type: Effect["type"]): Transition {
  return edited((effects) => effects.filter((effect) => effect.type !== type));
}

/** The core with its next state edited, and the effects as they were. */
function astray(edit: (after: State, before: State) => State): Transition {
  return (state, input, config) => {
    const [after, effects] = transition(state, input, config);
    return [edit(after, state), effects];
  };
}

const BUGS: Record<string, { wrong: Transition; finds: string }> = {
  "timers of a phase outlive it": { wrong: without("disarm"), finds: "connect timer in open" },
  "a dead socket is not abandoned": { wrong: without("abandon"), finds: "two sockets" },
  "the end is never due": { wrong: without("settle"), finds: "nothing ends closing" },
  "the change of state is not told": {
    wrong: without("statechange"),
    finds: "statechange does not match the change",
  },
  "the failure is not told": { wrong: without("error"), finds: "error and failure differ" },
  "no deadline": {
    wrong: edited((effects) => effects.filter((e) => e.type !== "arm" || e.timer !== "connect")),
    finds: "nothing ends resolving",
  },
  "a second hint is not held back": {
    wrong: edited((effects) =>
      effects.map((e) => e.type === "arm" && e.timer === "hint" ? { ...e, delayMs: 0 } : e)
    ),
    finds: "two early attempts too close to each other",
  },
  "one attempt too many": {
    wrong: (state, input, config) =>
      transition(state, input, { ...config, maxAttempts: config.maxAttempts + 1 }),
    finds: "too many attempts",
  },
  "the counter is reset at open": {
    wrong: astray((after, before) =>
      after.phase === "open" && before.phase !== "open"
        ? {
          ...after,
          series: { attempt: 0, waitedMs: 0, previousDelayMs: 0, early: 0, cut: false },
        }
        : after
    ),
    finds: "attempts miscounted",
  },
  "only one counter is reset": {
    wrong: astray((after, { series }) =>
      after.series.attempt === 0 && series.attempt > 0
        ? { ...after, series: { ...series, attempt: 0 } }
        : after
    ),
    finds: "counters apart",
  },
  "stale inputs are heard": {
    wrong: (state, input, config) =>
      transition(state, "epoch" in input ? { ...input, epoch: state.epoch } : input, config),
    finds: "a stale input is heard",
  },
  "close is told twice": {
    wrong: edited((effects) => effects.flatMap<Effect>((e) => e.type === "close" ? [e, e] : [e])),
    finds: "close of nothing",
  },
  "the retry is told first": {
    wrong: edited((effects) => effects.toReversed()),
    finds: "retry without close",
  },
  "close() is told as an error": {
    wrong: edited((effects, after, { phase }) =>
      phase === "closing" && after.phase === "closed"
        ? [{ type: "error", error: "connection-lost" }, ...effects]
        : effects
    ),
    finds: "error after the user's close()",
  },
  "a hint is answered after the end": {
    wrong: (state, input, config) =>
      state.phase === "closed" && input.type === "hint"
        ? [state, [{ type: "resolve", early: false }]]
        : transition(state, input, config),
    finds: "an effect after the end",
  },
  "open is told when the socket opens, before the handshake": {
    wrong: edited((effects, { series: { attempt }, opened }) =>
      effects.flatMap<Effect>((e) =>
        e.type === "handshake" ? [e, { type: "open", reconnected: opened, attempt }] : [e]
      )
    ),
    finds: "open without an attempt",
  },
  "a phase keeps the fields of the one before": {
    wrong: astray((after, before) => ({ ...before, ...after })),
    finds: "fields of another phase",
  },
};

const ALL: Config = { ...CONFIG, maxAttempts: 2, handshake: true, heartbeat: HEARTBEAT };

for (const [what, { wrong, finds }] of Object.entries(BUGS)) {
  Deno.test(`explore() finds a planted bug: ${what}`, () => {
    const { violations } = explore(wrong, ALL, (line) => line.endsWith(finds));
    assert(violations.some((line) => line.endsWith(finds)), violations.slice(0, 5).join("\n"));
  });
}

Deno.test("explore() tells the shortest way to a violation", () => {
  const [first] = explore(without("settle"), ALL, () => true).violations;
  assertEquals(first, "new > start: nothing ends closing");
});
