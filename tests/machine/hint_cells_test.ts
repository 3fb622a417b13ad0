import { assert, assertEquals } from "@std/assert";
import { hintCells } from "../../lib/machine/hint_cells.ts";
import { CONFIG, STATES } from "./core_table.ts";
import { hint, timer } from "./core_words.ts";

Deno.test("hintCells() leaves a client that is over as it is", () => {
  for (const state of [...STATES.closing, ...STATES.closed]) {
    for (const input of [hint("online"), hint("wake"), hint("offline"), timer("hint")]) {
      const [after, effects] = hintCells(state, input, CONFIG);
      assert(after === state);
      assertEquals(effects, []);
    }
  }
});
