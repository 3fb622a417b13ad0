/**
 * The npm package, as `deno task npm` builds it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import ts from "npm:typescript@5.9.3";
import { buildNpm } from "./build_npm.ts";
import { ROOT, run } from "./command.ts";

/** A packed package and its contents. */
export interface Package {
  readonly tarball: string;
  /** Where it is unpacked. */
  readonly folder: string;
  /** The unpacked files, relative to the folder. */
  readonly files: readonly string[];
  readonly manifest: Manifest;
}

interface Manifest {
  readonly version: string;
  readonly type: string;
  readonly sideEffects: unknown;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Packs into a folder, which must exist, as `npm publish` would. */
export async function pack(folder: string): Promise<Package> {
  const built = `${folder}/npm`;
  await buildNpm(built);
  const { output: name } = await run(["npm", "pack", "--loglevel=error", built], { cwd: folder });
  const tarball = `${folder}/${name.trim()}`;
  await run(["tar", "xzf", tarball, "-C", folder]);
  const { output } = await run(["tar", "tzf", tarball]);
  const unpacked = `${folder}/package`;
  return {
    tarball,
    folder: unpacked,
    files: output.trim().split("\n").map((path) => path.replace("package/", "")),
    manifest: JSON.parse(await Deno.readTextFile(`${unpacked}/package.json`)),
  };
}

/** The entry points as `deno.json` names them. */
export async function entryPoints(): Promise<Readonly<Record<string, string>>> {
  return JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`)).exports;
}

const FIELDS = [
  ...["bin", "bugs", "description", "engines", "homepage", "keywords", "license", "main", "name"],
  ...["repository", "types", "version"],
];

const ALLOWED =
  /^((mod|lib\/.+)\.(js|d\.ts)|([\w-]+\/)*package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;

/** The entry points as a resolver finds them that does not read `exports`, in the form of `exports`. */
async function readStubs(folder: string, entries: readonly string[]): Promise<object> {
  const found = await Promise.all(entries.map(async (entry) => {
    const base = new URL(`${entry}/`, `file://${folder}/`);
    const { main, types } = JSON.parse(await Deno.readTextFile(new URL("package.json", base)));
    const relative = (path: string): string =>
      new URL(path, base).pathname.replace(`${folder}/`, "./");
    return [entry, { types: relative(types), import: relative(main), default: relative(main) }];
  }));
  return Object.fromEntries(found);
}

/** Fails unless the package is ESM only, has every entry point, and tells nothing of this machine. */
export async function assertPackage({ files, folder, manifest }: Package): Promise<void> {
  const entries = Object.entries(await entryPoints());
  const expected = entries.map(([name, source]) => {
    const path = source.replace(/\.ts$/, "");
    return [name, { types: `${path}.d.ts`, import: `${path}.js`, default: `${path}.js` }];
  });
  assertEquals(manifest.exports, Object.fromEntries(expected), "exports");
  const { type, sideEffects } = manifest;
  assertEquals({ type, sideEffects }, { type: "module", sideEffects: false });
  const missing = FIELDS.filter((field) => !Object.hasOwn(manifest, field));
  assertEquals(missing, [], "fields of package.json");
  const stubs = await readStubs(folder, entries.map(([name]) => name));
  assertEquals(stubs, manifest.exports, "where folders of entry points lead");
  const odd = files.filter((file) => !ALLOWED.test(file));
  assertEquals(odd, [], "packed for no reason");
  const absent = ["CHANGELOG.md", "LICENSE", "README.md"].filter((file) => !files.includes(file));
  assertEquals(absent, [], "not packed");
  const local = [ROOT, "file://", Deno.cwd(), Deno.env.get("HOME") ?? ROOT]
    .map((text) => text.replace(/\/$/, ""))
    .filter((text) => text.length > 1);
  for (const file of files) {
    const text = await Deno.readTextFile(`${folder}/${file}`);
    assertEquals(local.filter((path) => text.includes(path)), [], `local paths in ${file}`);
    if (!file.endsWith(".js")) continue;
    assertEquals(/\brequire\(|\bmodule\.exports\b/.test(text), false, `CommonJS in ${file}`);
  }
}

/** What modules export, types included: `ClassDeclaration ReconnectingWebSocket`. */
function namesOf(paths: readonly string[]): readonly (readonly string[])[] {
  const program = ts.createProgram(paths, {
    allowImportingTsExtensions: true,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ESNext,
    types: [],
  });
  const checker = program.getTypeChecker();
  return paths.map((path) => {
    const file = program.getSourceFile(path);
    const module = file && checker.getSymbolAtLocation(file);
    if (!module) throw new Error(`Not a module: ${path}`);
    return checker.getExportsOfModule(module).map((symbol) => {
      const isAlias = symbol.flags & ts.SymbolFlags.Alias;
      const { declarations } = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
      const [declaration] = declarations ?? [];
      if (!declaration) {
        throw new Error(`${path} exports ${symbol.name}, which is declared nowhere`);
      }
      return `${ts.SyntaxKind[declaration.kind]} ${symbol.name}`;
    }).sort();
  });
}

/** Fails unless JSR's sources and npm's declarations and modules export the same names. */
export async function assertSameNames({ folder, manifest }: Package): Promise<number> {
  const entries = Object.entries(await entryPoints());
  const sources = entries.map(([, source]) => new URL(source, `file://${ROOT}`));
  const packed = (condition: string): URL[] =>
    entries.map(([entry]) =>
      new URL(manifest.exports[entry]?.[condition] ?? "", `file://${folder}/`)
    );
  const pathsOf = (urls: readonly URL[]): string[] => urls.map(({ pathname }) => pathname);
  const onJsr = namesOf(pathsOf(sources));
  assertEquals(namesOf(pathsOf(packed("types"))), onJsr, "names and kinds");
  const valuesOf = (urls: readonly URL[]): Promise<string[][]> =>
    Promise.all(urls.map(async ({ href }) => Object.keys(await import(href)).sort()));
  assertEquals(await valuesOf(packed("import")), await valuesOf(sources), "values");
  return onJsr.flat().length;
}
