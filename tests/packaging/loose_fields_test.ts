/** What bundlers do to packages: a class field becomes an assignment, which an inherited accessor catches. */

import { assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import * as esbuild from "npm:esbuild@0.28.2";
import { inRealm } from "../platforms/realm.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const CLIENT = `
  export { ReconnectingWebSocket } from "./mod.ts";
  export { fakeWorld } from "./lib/testing/mod.ts";
`;

/** As Babel and SWC in loose mode, or TypeScript, compile it. */
async function compile(source: string, target: string): Promise<string> {
  const { outputFiles: [file] } = await esbuild.build({
    stdin: { contents: source, resolveDir: ROOT, loader: "ts" },
    absWorkingDir: ROOT,
    bundle: true,
    format: "esm",
    target,
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    write: false,
  });
  return file?.text ?? "";
}

const LIFE = {
  seen: [
    ["open", null, null, null, null],
    ["message", "first", "wss://example.com", null, null],
    ["error", null, null, null, "ReconnectingWebSocketError"],
    ["close", null, null, 1006, "ReconnectingWebSocketError"],
    ["retry", null, null, null, "ReconnectingWebSocketError"],
    ["open", null, null, null, null],
    ["message", "second", "wss://example.com", null, null],
    ["close", null, null, 4001, null],
  ].map((event) => event.map((value) => value ?? undefined)),
  shadowed: {
    ...{ open: [], message: [], error: [], close: [], retry: [], client: [], "error object": [] },
  },
};

/** esbuild's process ends a moment after `stop()` resolved. */
function test(name: string, run: () => Promise<void>): void {
  const sanitize = { sanitizeOps: false, sanitizeResources: false };
  Deno.test(name, sanitize, () => run().finally(() => esbuild.stop()));
}

for (const target of ["es2020", "es2021", "esnext"]) {
  for (const message of [true, false]) {
    const where = message ? "over accessors" : "without MessageEvent";
    test(`a client whose fields are assigned gets its messages, ${target}, ${where}`, async () => {
      const code = await compile(CLIENT, target);
      assertEquals(await inRealm("loose", { code, message }), LIFE);
    });
  }
}

test("the comparison finds a field over an inherited accessor", async () => {
  const code = await compile(
    `${CLIENT.replace("{ ReconnectingWebSocket }", "{ ReconnectingWebSocket as Careful }")}
      import { ReconnectingWebSocket as Base } from "./mod.ts";
      class CarelessEvent extends MessageEvent { data = "first"; }
      export class ReconnectingWebSocket extends Base {
        dispatchEvent(event) {
          return super.dispatchEvent(event.type === "open" ? new CarelessEvent("open") : event);
        }
      }`,
    "es2020",
  );
  await assertRejects(() => inRealm("loose", { code, message: true }), Error, "only a getter");
});
