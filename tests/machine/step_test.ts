import { assertEquals } from "@std/assert";
import { lossOf, step } from "../../lib/machine/step.ts";
import { CONFIG, INPUTS, STATES } from "./core_table.ts";
import { CONNECTING, HANDSHAKING, OPEN, RESOLVING, timer, WAITING } from "./core_words.ts";

const OF_FEATURES = [
  ...INPUTS.hint,
  ...INPUTS.ready,
  ...INPUTS.refused,
  ...INPUTS.alive,
  ...INPUTS.pause,
  ...INPUTS.resume,
];

Deno.test("step() without features answers nothing to what is theirs, in any phase", () => {
  for (const state of Object.values(STATES).flat()) {
    for (const input of OF_FEATURES) {
      const [after, effects] = step(state, input, CONFIG, {});
      assertEquals([after === state, effects], [true, []], `${state.phase} x ${input.type}`);
    }
  }
});

Deno.test("step() lets each feature see the state that the one before left", () => {
  const [state] = STATES.open;
  if (!state) throw new Error("there is no open state");
  const [after, effects] = step(state, timer("hint"), CONFIG, {
    hintCells: (before) => [{ ...before, silences: before.silences + 1 }, [{ type: "probe" }]],
    handshakeCells: (before) => [{ ...before, silences: before.silences * 10 }, [
      { type: "flush" },
    ]],
  });
  assertEquals([after, effects], [
    { ...state, silences: (state.silences + 1) * 10 },
    [{ type: "probe" }, { type: "flush" }],
  ]);
});

Deno.test("lossOf() names a loss after its phase, and a clean close fails whatever is not open yet", () => {
  const losses = [RESOLVING, CONNECTING, HANDSHAKING, OPEN, WAITING].map((state) => [
    state.phase,
    lossOf(state),
    lossOf(state, true),
  ]);
  assertEquals(losses, [
    ["resolving", "provider-failed", "provider-failed"],
    ["connecting", "connect-failed", "connect-failed"],
    ["handshaking", "handshake-failed", "handshake-failed"],
    ["open", "connection-lost", null],
    ["waiting", null, null],
  ]);
});
