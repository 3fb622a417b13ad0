/**
 * What JSR gets: the files, and that nothing in the public surface has a slow type.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { attempt, deno, ROOT, run } from "./command.ts";

/** What users need, and nothing else. */
const ALLOWED = /^(mod\.ts|lib\/.+\.ts|deno\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
const REQUIRED = ["CHANGELOG.md", "LICENSE", "README.md", "deno.json", "mod.ts"];

const PUBLISH = [deno, "publish", "--dry-run", "--allow-dirty"];

/** The files that `deno publish` would send. */
export async function publishedFiles(): Promise<readonly string[]> {
  const { output, errors } = await run(PUBLISH);
  const lines = `${output}\n${errors}`.split("\n");
  return lines.flatMap((line) => {
    const [, path] = line.match(/^ +file:\/\/(.+) \([\d.]+[KM]?B\)$/) ?? [];
    return path?.startsWith(ROOT) ? [path.slice(ROOT.length)] : [];
  });
}

/** Fails if a file is sent that nobody needs, or one is missing. */
export function assertFiles(files: readonly string[]): void {
  assertEquals(files.filter((file) => !ALLOWED.test(file)), [], "published for no reason");
  assertEquals(REQUIRED.filter((file) => !files.includes(file)), [], "not published");
  assert(files.filter((file) => file.startsWith("lib/")).length > 10, "lib/ is published");
}

/** Fails unless `deno publish` refuses a package of one module. */
export async function assertRefused(source: string, message: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "slow-types-" });
  try {
    const config = {
      name: "@holdfast/slow",
      version: "0.1.0",
      license: "MIT",
      exports: "./mod.ts",
    };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
    await Deno.writeTextFile(`${folder}/mod.ts`, source);
    const { success, errors } = await attempt(PUBLISH, { cwd: folder });
    assert(!success && errors.includes(message), `refused: ${errors}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The row. */
export async function checkJsr(): Promise<string> {
  const files = await publishedFiles();
  assertFiles(files);
  await assertRefused("export const slow = [1].map(String);", "missing-explicit-type");
  return `${files.length} files, no slow types`;
}
