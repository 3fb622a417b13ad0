/**
 * The documents in `scenarios/`: each is a story, its lines are played (see `simulation/run.ts` for
 * the words), and what is indented below a line must be what comes of it.
 *
 * After a change of behaviour that is meant, `UPDATE_SCENARIOS=1 deno test -A tests/simulation/scenarios_test.ts`
 * writes the new traces; read the difference before you commit it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { watchUncaught } from "./run.ts";
import { transcribe } from "./transcript.ts";

const FOLDER = new URL("./scenarios/", import.meta.url);

watchUncaught();

for (const { name } of [...Deno.readDirSync(FOLDER)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  if (!name.endsWith(".txt")) continue;
  const file = new URL(name, FOLDER);
  Deno.test(`ReconnectingWebSocket does what scenarios/${name} tells`, async () => {
    const told = await Deno.readTextFile(file);
    const played = await transcribe(told);
    if (Deno.env.get("UPDATE_SCENARIOS")) await Deno.writeTextFile(file, played);
    else assertEquals(played, told);
  });
}
