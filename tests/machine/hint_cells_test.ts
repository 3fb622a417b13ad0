import { assert, assertEquals } from "@std/assert";
import { hintCells } from "../../lib/machine/hint_cells.ts";
import type { State } from "../../lib/machine/state.ts";
import { transition } from "../../lib/machine/transition.ts";
import { CONFIG, STATES } from "./core_table.ts";
import { arm, assertStep, BEATING, CONNECTING, hint, OPEN, timer, WAITING } from "./core_words.ts";

Deno.test("hintCells() leaves a client that is over as it is", () => {
  for (const state of [...STATES.closing, ...STATES.closed]) {
    for (const input of [hint("online"), hint("wake"), hint("offline"), timer("hint")]) {
      const [after, effects] = hintCells(state, input, CONFIG);
      assert(after === state);
      assertEquals(effects, []);
    }
  }
});

Deno.test("transition() heartbeat timer while open keeps a hint of the last second", () => {
  const hinted: State = { ...OPEN, hint: "online" };
  assertStep(transition(hinted, timer("heartbeat", 5_000), BEATING), hinted, [
    arm("heartbeat", 20_000),
  ]);
});

Deno.test("transition() hint while waiting changes nothing where the same one is followed", () => {
  for (const name of ["online", "wake"] as const) {
    const hinted: State = { ...WAITING, hint: name };
    const [after, effects] = transition(hinted, hint(name), CONFIG);
    assertEquals([after === hinted, effects], [true, []], name);
  }
});

Deno.test("transition() online leaves a dial of 1 s to the hint timer", () => {
  assertStep(
    transition(CONNECTING, hint("online", { dialMs: 1_000 }), CONFIG),
    { ...CONNECTING, hint: "online" } as State,
    [arm("hint", 0)],
  );
});
