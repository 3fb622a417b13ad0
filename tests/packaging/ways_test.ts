import { assertThrows } from "@std/assert";
import { bundle } from "../../bench/bundle.ts";
import { assertFiles, assertRefused, publishedFiles } from "./jsr.ts";
import { assertNothingElse, checkTreeShaking } from "./shaking.ts";

Deno.test("deno publish sends what users need, and nothing else", async () => {
  assertFiles(await publishedFiles());
});

Deno.test("assertFiles() finds a planted file and a missing one", async () => {
  const files = await publishedFiles();
  assertThrows(() => assertFiles([...files, "tests/packaging/rows.ts"]), Error, "for no reason");
  assertThrows(() => assertFiles(files.filter((file) => file !== "LICENSE")), Error, "LICENSE");
});

Deno.test("deno publish refuses a planted slow type", async () => {
  await assertRefused("export const slow = [1].map(String);", "missing-explicit-type");
});

Deno.test("a bundle holds what is imported, and nothing else", async () => {
  await checkTreeShaking();
});

Deno.test("assertNothingElse() finds a planted import of the trace formatter", async () => {
  const planted = await bundle(`
    export { ReconnectingWebSocket } from "@holdfast/websocket";
    export { formatTrace } from "@holdfast/websocket/trace";
  `);
  assertThrows(() => assertNothingElse(planted), Error, "of other entry points");
});
