import { assertEquals } from "@std/assert";
import type { State } from "../../lib/machine/state.ts";
import { ABNORMAL, connectionState, isOver } from "../../lib/machine/step.ts";
import { INITIAL } from "../../lib/machine/step.ts";
import { transition } from "../../lib/machine/transition.ts";
import {
  CONFIG,
  CONFIGS,
  differences,
  INPUTS,
  parseTable,
  STATES,
  type Transition,
} from "./core_table.ts";

const SOURCE = await Deno.readTextFile(new URL("../../lib/machine/transition.ts", import.meta.url));

Deno.test("transition() does in every cell what the table in its documentation says", () => {
  assertEquals(differences(parseTable(SOURCE), transition), []);
});

const DOCTORED: Record<string, { edit: (source: string) => string; finds: string }> = {
  "a row is missing": {
    edit: (source) => source.replace(/.*\| waiting {5}\|.*\n/, ""),
    finds:
      "phases: the table says 'closed/closing/connecting/handshaking/open/paused/resolving', " +
      "the code 'closed/closing/connecting/handshaking/open/paused/resolving/waiting'",
  },
  "a row is too many": {
    edit: (source) => source.replace(/( \* \| closed .*\n)/, "$1 * | asleep | |\n"),
    finds:
      "phases: the table says 'asleep/closed/closing/connecting/handshaking/open/paused/resolving/" +
      "waiting', the code 'closed/closing/connecting/handshaking/open/paused/resolving/waiting'",
  },
  "a column is renamed": {
    edit: (source) => source.replace("| ready |", "| green |"),
    finds:
      "inputs of open: the table says 'alive/close/error/fault/green/hint/lost/opened/pause/reconnect/" +
      "refused/resolved/resume/session/start/timer', the code 'alive/close/error/fault/hint/lost/opened/" +
      "pause/ready/reconnect/refused/resolved/resume/session/start/timer'",
  },
  "a cell is missing": {
    edit: (source) => source.replace(/( \* \| waiting .*)\| resolving \|\n/, "$1|\n"),
    finds: "waiting x reconnect: the table says 'missing', the code 'resolving'",
  },
  "a cell is empty": {
    edit: (source) => source.replace("| handshaking/open |", "|                  |"),
    finds: "connecting x opened: the table says '', the code 'handshaking/open'",
  },
  "a cell names one outcome too many": {
    edit: (source) => source.replace("| open  |", "| open/closed |"),
    finds: "handshaking x ready: the table says 'closed/open', the code 'open'",
  },
};

for (const [what, { edit, finds }] of Object.entries(DOCTORED)) {
  Deno.test(`differences() finds that ${what}`, () => {
    assertEquals(differences(parseTable(edit(SOURCE)), transition).includes(finds), true);
  });
}

const BUGS: Record<string, { wrong: Transition; finds: string }> = {
  "an empty cell copies the state": {
    wrong: (state, input, config) =>
      state.phase === "closed" ? [{ ...state }, []] : transition(state, input, config),
    finds: "closed x ready: the table says '', the code '='",
  },
  "a fault ends the client": {
    wrong: (state, input, config) =>
      input.type === "fault" && state.phase === "open"
        ? [{ ...STATES.closed[0] as State }, []]
        : transition(state, input, config),
    finds: "open x fault: the table says '', the code 'closed'",
  },
  "one variant of an input goes elsewhere": {
    wrong: (state, input, config) =>
      input.type === "close" && input.error === "aborted" && state.phase === "waiting"
        ? [{ ...STATES.closed[0] as State }, []]
        : transition(state, input, config),
    finds: "waiting x close: the table says 'closing', the code 'closed/closing'",
  },
};

for (const [what, { wrong, finds }] of Object.entries(BUGS)) {
  Deno.test(`differences() finds a planted bug: ${what}`, () => {
    assertEquals(differences(parseTable(SOURCE), wrong).includes(finds), true);
  });
}

for (const [type, inputs] of Object.entries(INPUTS)) {
  if (!inputs.some((input) => "epoch" in input)) continue;
  Deno.test(`transition() ignores '${type}' of another epoch in every phase`, () => {
    for (const input of inputs) {
      for (const state of Object.values(STATES).flat()) {
        for (const epoch of [state.epoch - 1, state.epoch + 1, 0, NaN]) {
          const [after, effects] = transition(state, { ...input, epoch } as typeof input, CONFIG);
          assertEquals([after === state, effects], [true, []], `${state.phase} x ${type}`);
        }
      }
    }
  });
}

Deno.test("transition() mutates neither the state nor the input nor the config", () => {
  const freeze = <T>(value: T): T => {
    if (typeof value === "object" && value !== null) Object.values(value).forEach(freeze);
    return Object.freeze(value);
  };
  for (const state of Object.values(STATES).flat().map(freeze)) {
    for (const input of Object.values(INPUTS).flat().map(freeze)) {
      for (const config of CONFIGS.map(freeze)) transition(state, input, config);
    }
  }
});

Deno.test("transition() gives equal steps for equal arguments", () => {
  for (const state of Object.values(STATES).flat()) {
    for (const input of Object.values(INPUTS).flat()) {
      assertEquals(transition(state, input, CONFIG), transition(state, input, CONFIG));
    }
  }
});

Deno.test("INITIAL is a client before its first attempt", () => {
  assertEquals(INITIAL, {
    phase: "resolving",
    epoch: 1,
    opened: false,
    series: { attempt: 0, waitedMs: 0, previousDelayMs: 0, early: 0, cut: false },
    silences: 0,
  });
});

Deno.test("ABNORMAL is what RFC 6455 reports without a close frame", () => {
  assertEquals(ABNORMAL, { code: 1006, reason: "", wasClean: false });
});

Deno.test("connectionState() shows the three phases of an attempt as connecting", () => {
  const shown = Object.entries(STATES).map(([phase, [state]]) => [
    phase,
    connectionState(state as State),
  ]);
  assertEquals(Object.fromEntries(shown), {
    resolving: "connecting",
    connecting: "connecting",
    handshaking: "connecting",
    open: "open",
    waiting: "waiting",
    paused: "paused",
    closing: "closing",
    closed: "closed",
  });
});

Deno.test("isOver() is true from close() on", () => {
  const over = Object.values(STATES).flat().filter(isOver).map(({ phase }) => phase);
  assertEquals([...new Set(over)], ["closing", "closed"]);
});
