/**
 * Running other programs to their end.
 *
 * @module
 */

/** The root of this repository. */
export const ROOT = new URL("../../", import.meta.url).pathname;

const LIMIT_MS = 120_000;

/** How to run a program. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

/** What a program did. */
export interface Outcome {
  readonly success: boolean;
  /** Standard output. */
  readonly output: string;
  /** Standard error, without colours. */
  readonly errors: string;
}

/** Runs a program to its end, whatever that is; it is killed if it takes too long. */
export async function attempt(
  [program = "", ...args]: readonly string[],
  { cwd = ROOT, env = {} }: CommandOptions = {},
): Promise<Outcome> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    env: { ...env, NO_COLOR: "1" },
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout), errors: decoder.decode(stderr) };
}

/** As {@linkcode attempt}, and throws what the program said if it fails. */
export async function run(
  command: readonly string[],
  options?: CommandOptions,
): Promise<Outcome> {
  const outcome = await attempt(command, options);
  if (outcome.success) return outcome;
  const said = `${outcome.output}\n${outcome.errors}`.trim().slice(-2_000);
  throw new Error(`${command.join(" ")} failed:\n${said}`);
}

/** The program that runs this. */
export const deno = Deno.execPath();
