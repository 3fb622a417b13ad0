/**
 * The client and the test kit on Hermes: the schedules of `transcript.mjs`, bundled by metro and with
 * React Native's own Event, EventTarget and URL, must give the events of Node 24 at the same virtual
 * times; and the newest compiler must take the client as it is published.
 *
 * No socket is opened: the shell of Hermes has none, and its timers ignore their delays.
 *
 * @module
 */

import { modulesOf, nodeOf } from "./paths.ts";
import { type App, createApp } from "./react_native.ts";
import type { Job, Result } from "./runners.ts";
import { compare, flawOf } from "./transcripts.ts";

const here = (name: string): string => new URL(name, import.meta.url).pathname;

/** The shell: the newest that npm has. */
export const hermes = `${modulesOf("hermes")}/hermes-engine-cli/linux64-bin/hermes`;
/** The newest compiler, whose bytecode the shell does not take. */
export const hermesc = `${modulesOf("hermes")}/hermes-compiler/hermesc/linux64-bin/hermesc`;
const esbuild = `${modulesOf("base")}/.bin/esbuild`;

/** Bundles a module for an engine that takes all that is published. */
async function bundle(entry: string, outfile: string, signal: AbortSignal): Promise<void> {
  const aliases = Object.entries({
    "": "mod.ts",
    "/core": "lib/core.ts",
    "/testing": "lib/testing/mod.ts",
  })
    .map(([path, file]) => `--alias:@holdfast/websocket${path}=${here(`../../../${file}`)}`);
  const flags = ["--bundle", "--format=iife", "--target=es2022", `--outfile=${outfile}`];
  await outputOf([esbuild, entry, ...flags, ...aliases, "--log-level=error"], signal);
}

/** Runs a program to its end, and returns the lines that it prints. */
async function outputOf(command: readonly string[], signal: AbortSignal): Promise<string[]> {
  const [program = "", ...args] = command;
  const { success, stdout, stderr } = await new Deno.Command(program, { args, signal }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr).slice(0, 2_000) || `${program} failed`);
  return decoder.decode(stdout).trimEnd().split("\n");
}

/** Compares the schedules on both engines, and compiles the client. */
export async function runHermes(
  { only }: Job,
  report: (result: Result) => void,
  signal: AbortSignal,
): Promise<void> {
  await using app = await createApp(signal);
  const [plain, script] = [`${app.folder}/plain.js`, `${app.folder}/hermes.js`];
  await bundle(here("transcript.mjs"), plain, signal);
  const expected = await outputOf([nodeOf("node-24"), plain], signal);
  const built = await app.build({
    entry: "react_native_transcript.mjs",
    platform: "android",
    preset: "react-native",
    profile: "default",
  });
  const host = await Deno.readTextFile(here("hermes_host.js"));
  await Deno.writeTextFile(script, `${host}\n${await Deno.readTextFile(built)}`);
  // Without that flag promise jobs come after timers; without `-w` it warns of each global.
  const actual = await outputOf([hermes, "-w", "-Xmicrotask-queue", script], signal);
  for (const [engine, transcript] of Object.entries({ "Node 24": expected, Hermes: actual })) {
    const flaw = flawOf(transcript);
    report({
      name: `${engine} plays every schedule to its end`,
      ...(flaw === null ? { ok: true } : { ok: false, error: flaw }),
    });
  }
  for (const result of compare(expected, actual)) {
    if (result.name.includes(only)) report(result);
  }
  report(await compile(app, signal));
  report({ name: "done", ok: true, done: true });
}

/** Current Hermes has classes and private fields: it must take them as they are. */
async function compile({ folder }: App, signal: AbortSignal): Promise<Result> {
  const name = "the newest compiler takes the client unlowered";
  const [source, bytecode] = [`${folder}/client.js`, `${folder}/client.hbc`];
  try {
    await bundle(here("entries.ts"), source, signal);
    await outputOf([hermesc, "-w", "-O", "-emit-binary", `-out=${bytecode}`, source], signal);
    const { size } = await Deno.stat(bytecode);
    return size > 0 ? { name, ok: true } : { name, ok: false, error: "there is no bytecode" };
  } catch (error) {
    return { name, ok: false, error: `${error}` };
  }
}
