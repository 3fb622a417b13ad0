import { assertEquals } from "@std/assert";
import { dirname } from "node:path";
import ts from "npm:typescript@5.9.3";
import { deno, ROOT, run } from "./command.ts";
import { entryPoints } from "./package.ts";
import { startEcho } from "../platforms/real/echo.ts";
import { findFragile } from "./transforms/syntax.ts";

const HERE = new URL("./transforms/", import.meta.url).pathname;

/** The modules of the package, by path. */
async function sources(folder = "lib"): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}${folder}`)) {
    const path = `${folder}/${name}`;
    if (!isDirectory) found.set(path, await Deno.readTextFile(`${ROOT}${path}`));
    else for (const entry of await sources(path)) found.set(...entry);
  }
  return found.set("mod.ts", await Deno.readTextFile(`${ROOT}mod.ts`));
}

/** Makes a package of what TypeScript makes of the sources. */
async function compile(folder: string, compilerOptions: ts.CompilerOptions): Promise<void> {
  const inside = `${folder}/node_modules/@holdfast/websocket`;
  for (const [path, source] of await sources()) {
    const { outputText } = ts.transpileModule(source, {
      fileName: path,
      compilerOptions: {
        ...{ module: ts.ModuleKind.CommonJS, rewriteRelativeImportExtensions: true },
        ...compilerOptions,
      },
    });
    const file = `${inside}/${path.replace(/\.ts$/, ".js")}`;
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeTextFile(file, outputText);
  }
  const exports = JSON.stringify(await entryPoints()).replaceAll(".ts", ".js");
  await Deno.writeTextFile(
    `${inside}/package.json`,
    `{ "type": "commonjs", "exports": ${exports} }`,
  );
}

/** What the program of a user does not find as it should be. */
async function consume(folder: string): Promise<readonly string[]> {
  await using server = await startEcho();
  const preload = `--preload=${HERE}standard_message_event.js`;
  const { output } = await run([
    ...[deno, "run", "-A", "--no-config", preload, `${HERE}main.mjs`, folder],
    server.url,
  ]);
  return JSON.parse(output);
}

for (const target of ["ES2021", "ES2022"] as const) {
  Deno.test(`the sources do what they should when compiled to ${target} with loose fields`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "transforms-" });
    try {
      await compile(folder, { target: ts.ScriptTarget[target], useDefineForClassFields: false });
      assertEquals(await consume(folder), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("the sources have no syntax that compilers break", async () => {
  const found = [...await sources()].flatMap(([path, source]) => findFragile(path, source));
  assertEquals(found, []);
});

Deno.test("findFragile() finds each kind, and where", () => {
  const source = `class A extends B {
    override readonly data: unknown;
    override name = "A";
    static { void 0; }
    accessor size = 0;
    #remove(): void { super.remove(); }
    get #all() { return () => super.all; }
  }`;
  assertEquals(
    findFragile("a.ts", source).map((line) => line.split(": ", 2).join(" ")),
    [
      "a.ts:2 field over an inherited member",
      "a.ts:3 field over an inherited member",
      "a.ts:4 static block",
      "a.ts:5 auto-accessor",
      "a.ts:6 super in a private member",
      "a.ts:7 super in a private member",
    ],
  );
});

Deno.test("findFragile() lets pass what compilers keep", () => {
  const source = `class A extends B {
    readonly data = 1;
    static readonly OPEN = 1;
    #own = 1;
    override get origin() { return super.origin; }
    #make() { return class extends A { all() { return super.all(); } }; }
  }`;
  assertEquals(findFragile("a.ts", source), []);
});
