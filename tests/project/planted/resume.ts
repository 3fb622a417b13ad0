/**
 * Plants each bug of `resume_bugs.ts` in a copy of the sessions, and lets the simulation look for it:
 *
 *     deno task planted:resume [PART OF A NAME]
 *
 * Fails if a bug survives, or if its place in the source is not found exactly once.
 *
 * @module
 */

import { RESUME_BUGS, RESUME_TEST_BUGS, type SessionBug } from "./resume_bugs.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const RUNS = 6_000;
const LIMIT_MS = 300_000;

const [wanted = ""] = Deno.args;
const bugs = [...RESUME_BUGS, ...RESUME_TEST_BUGS].filter(({ name }) => name.includes(wanted));
const folder = await Deno.makeTempDir({ prefix: "planted-" });
let survived = 0;
try {
  for (const name of ["lib", "tests", "mod.ts", "deno.json", "deno.lock"]) await copy(name);
  for (const bug of bugs) {
    const killer = await plant(bug);
    if (!killer) survived++;
    console.log(killer ? `killed    ${bug.name}: ${killer}` : `SURVIVED  ${bug.name}`);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
console.log(`killed ${bugs.length - survived} of ${bugs.length}`);
Deno.exit(survived === 0 ? 0 : 1);

/** What notices the bug, or null. */
async function plant({ file, from, to, test }: SessionBug): Promise<string | null> {
  const path = `${folder}/${file}`;
  const source = await Deno.readTextFile(path);
  const count = source.split(from).length - 1;
  if (count !== 1) {
    throw new Error(
      `Cannot plant a bug as its text must occur once in ${file}: it occurs ${count} times: ${from}`,
    );
  }
  await Deno.writeTextFile(path, source.replace(from, () => to));
  try {
    const soak = ["run", "-A", "--no-check", "tests/simulation/resume/soak.ts"];
    const args = test
      ? ["test", "-A", "--no-check", "-q", test]
      : [...soak, `--runs=${RUNS}`, "--seed=1"];
    const signal = AbortSignal.timeout(LIMIT_MS);
    const command = new Deno.Command(Deno.execPath(), {
      args,
      cwd: folder,
      env: { NO_COLOR: "1" },
      signal,
    });
    const { code, stdout } = await command.output();
    // Who was ended for being slow has found nothing.
    if (code === 0 || signal.aborted) return null;
    const text = new TextDecoder().decode(stdout);
    return text.match(/^(seed \d+: .*|.* \.\.\. FAILED)/m)?.[1]?.slice(0, 110) ??
      `exit code ${code}`;
  } finally {
    await Deno.writeTextFile(path, source);
  }
}

async function copy(name: string): Promise<void> {
  const { isDirectory } = await Deno.stat(`${ROOT}${name}`);
  if (!isDirectory) return await Deno.copyFile(`${ROOT}${name}`, `${folder}/${name}`);
  await Deno.mkdir(`${folder}/${name}`);
  for await (const entry of Deno.readDir(`${ROOT}${name}`)) await copy(`${name}/${entry.name}`);
}
