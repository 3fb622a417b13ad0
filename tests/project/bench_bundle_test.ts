import { assert, assertEquals, assertRejects } from "@std/assert";
import { bundle } from "../../bench/bundle.ts";
import { judge } from "../../bench/results.ts";
import { BUDGETS } from "../../bench/rows.ts";
import { GATED } from "../../bench/size.ts";

const BACKOFF = `export * from "@holdfast/websocket/backoff"`;

Deno.test("bundle() resolves our names, and says which modules something is left of", async () => {
  const { code, modules, moduleBytes } = await bundle(BACKOFF);
  const own = moduleBytes.reduce((sum, bytes) => sum + bytes, 0);

  assertEquals(modules, ["lib/_check.ts", "lib/_windows.ts", "lib/backoff.ts"]);
  // What is left beside the modules is the list of what is exported.
  assert(code.slice(own).startsWith("export{"), code.slice(own));
});

Deno.test("bundle() leaves out what is not used", async () => {
  const one = await bundle(`export { constantBackoff } from "@holdfast/websocket/backoff"`);

  assert(one.bytes < (await bundle(BACKOFF)).bytes / 2, `${one.bytes}`);
});

Deno.test("bundle() refuses a program that cannot be bundled", async () => {
  await assertRejects(
    () => bundle(`import "@holdfast/websocket/nothing"`),
    Error,
    "Could not resolve",
  );
});

Deno.test("bundle() leaves nothing running", async () => {
  await bundle("export const one = 1;");
});

Deno.test("GATED has a program for every budget of a size, and no other", () => {
  const sizes = BUDGETS.filter(({ unit }) => unit === "B gzip").map(({ row }) => row);

  assertEquals(Object.keys(GATED), sizes);
});

Deno.test("judge() of a size finds a byte too many", () => {
  const [budget] = BUDGETS;
  const size = (bytes: number): boolean | undefined =>
    budget && judge([budget], [{
      ...{ row: budget.row, unit: budget.unit, runtime: "any", measured: "now" },
      figures: { holdfast: [bytes, bytes, bytes] },
    }])[0]?.met;

  const most = budget?.atMost ?? 0;
  assertEquals([size(most), size(most + 1)], [true, false]);
});
