/**
 * The suite in apps that the real metro bundles, with the package as npm gets it: in Chromium, with the
 * presets of React Native and Expo; and under React Native's own classes, over a model of its native
 * side (`react_native_sockets.mjs`).
 *
 * @module
 */

import { runInBrowser } from "./browsers.ts";
import { nodeOf, tools } from "./paths.ts";
import { removeFolder } from "./processes.ts";
import { type Job, parallel, type Result, runCommand } from "./runners.ts";

const FOLDER = new URL("./", import.meta.url).pathname;
const ROOT = new URL("../../../", import.meta.url).pathname;

/** What metro is called with. */
export interface Build {
  /** A module of this folder. */
  readonly entry: string;
  readonly platform: "android" | "ios" | "web";
  readonly preset: "react-native" | "expo";
  /** What the engine has of the language; Hermes of React Native 0.84 and later is stable. */
  readonly profile: "default" | "hermes-stable";
}

/** A folder with the packed package and this suite, from which metro builds; removed when disposed of. */
export interface App extends AsyncDisposable {
  readonly folder: string;
  /** Builds a bundle, and returns its path. */
  build(build: Build): Promise<string>;
}

/** Runs a program to its end. */
async function run(command: readonly string[], signal: AbortSignal, cwd = ROOT): Promise<void> {
  const [program = "", ...args] = command;
  const { success, stderr } = await new Deno.Command(program, { args, cwd, signal }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).slice(0, 2_000));
}

/** Packs the package into an app of its own. */
export async function createApp(signal: AbortSignal): Promise<App> {
  // Metro compares paths with what they lead to.
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "metro-" }));
  const installed = `${folder}/node_modules/@holdfast/websocket`;
  await Deno.mkdir(installed, { recursive: true });
  const tarball = `${folder}/holdfast.tgz`;
  const pack = ["pack", "--no-source-maps", "--allow-dirty", `--output=${tarball}`];
  await run([Deno.execPath(), ...pack], signal);
  await run(["tar", "xzf", tarball, "--strip-components=1", "-C", installed], signal);
  await Deno.writeTextFile(`${folder}/package.json`, '{ "name": "app", "private": true }');
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (name.endsWith(".mjs")) await Deno.copyFile(`${FOLDER}${name}`, `${folder}/${name}`);
  }
  let builds = 0;
  return {
    folder,
    async build(build): Promise<string> {
      const out = `${folder}/${builds++}.bundle.js`;
      const job = { ...build, group: `${tools}/metro`, app: folder, out };
      await run(["node", `${FOLDER}metro_build.mjs`, JSON.stringify(job)], signal, folder);
      return out;
    },
    [Symbol.asyncDispose]: () => removeFolder(folder),
  };
}

/** Runs parts one after the other, each with its name before those of its cases. */
async function runParts<T extends object>(
  parts: Readonly<Record<string, T>>,
  report: (result: Result) => void,
  runPart: (part: T, report: (result: Result) => void) => Promise<void>,
): Promise<void> {
  let last: Result | undefined;
  for (const [label, part] of Object.entries(parts)) {
    await runPart(part, (result) => {
      if (result.done) last = result;
      else report({ ...result, name: `${label}: ${result.name}` });
    });
    if (!last?.done || last.error) break;
  }
  if (last) report(last);
}

/** What the transforms of a bundler must not break, in Chromium. */
const presets: Readonly<Record<string, Build>> = {
  "React Native's preset": {
    entry: "metro_suite.mjs",
    platform: "web",
    preset: "react-native",
    profile: "default",
  },
  "Expo's preset": {
    entry: "metro_suite.mjs",
    platform: "web",
    preset: "expo",
    profile: "default",
  },
};

/** The suite of each preset in Chromium. */
export async function runMetro(
  job: Job,
  report: (result: Result) => void,
  signal: AbortSignal,
): Promise<void> {
  await using app = await createApp(signal);
  await runParts(presets, report, async (build, report) => {
    const client = `file://${await app.build(build)}`;
    await runInBrowser("chromium", { ...job, client, page: "metro.html" }, report, signal);
  });
}

const noBlobs = "Blobs are not made of bytes, nor read without a FileReader";
const reactNativeLacks = {
  "Blobs arrive byte by byte and in order, queued or not": noBlobs,
  "binaryType blob gives Blobs": noBlobs,
  "an invalid static URL is a SyntaxError from the constructor": "URL takes what is no URL",
  "aborting the signal closes an open connection and says why": "an AbortSignal has no reason",
};

/** What the platforms make impossible, beside React Native itself. */
export const platforms = {
  android: {
    ...reactNativeLacks,
    "a close without a code is reported as 1005 and retried":
      "Android fails at a close frame without a code",
    "the TCP connection of an abandoned upgrade is closed":
      "Android cannot end what is not open yet",
  },
  ios: reactNativeLacks,
} as const;

/** The suite under React Native's classes, as on Android and as on iOS. */
export async function runReactNative(
  job: Job,
  report: (result: Result) => void,
  signal: AbortSignal,
): Promise<void> {
  await using app = await createApp(signal);
  const parts = { Android: { platform: "android" }, iOS: { platform: "ios" } } as const;
  await runParts(parts, report, async ({ platform }, report) => {
    const entry = "react_native_suite.mjs";
    const preset = "react-native";
    const client = await app.build({ entry, platform, preset, profile: "hermes-stable" });
    const details = { ...job, client, parallel, platform, ws: `${tools}/base` };
    const notPossible = platforms[platform];
    const command = [nodeOf("node-24"), `${FOLDER}react_native.mjs`];
    await runCommand(command, { ...details, notPossible }, report, signal);
  });
}
