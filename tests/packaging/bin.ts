/**
 * The command of the npm package, as its users run it: `npx`, Bun, a terminal.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DENO, startCli, survive, SURVIVED, watchWithHeader } from "../client/cli/processes.ts";
import { run } from "./command.ts";
import { startEcho } from "../platforms/real/echo.ts";
import { createProject, npmInstall } from "./npm.ts";
import type { Package } from "./package.ts";

/** A server that is killed under a client that goes through the proxy of the same command. */
async function checkChaos(command: readonly string[]): Promise<void> {
  await using server = await startEcho();
  await using proxy = startCli(command, "chaos", "--listen", "0", "--to", server.url);
  const [url = ""] = (await proxy.until(/leads to/)).split(" ");
  await using watcher = startCli(command, url);
  await watcher.until(/^connection 1 open/);
  await proxy.running.write("kill\n");
  await watcher.until(/^connection 1 lost/);
  await watcher.until(/^connection 2 open/);
  await watcher.running.write("hello\n");
  await watcher.until(/^< hello/);
  await proxy.running.write("close 4403 revoked\n");
  assertEquals(await watcher.end(), 1);
  await proxy.running.write("end\n");
  assertEquals(await proxy.end(), 0);
}

/** Installs the package, and runs its command on a runtime against real servers. */
export async function checkBin(
  { tarball }: Package,
  folder: string,
  runtime: readonly [program: string, ...flags: readonly string[]],
): Promise<string> {
  await createProject(folder, npmInstall(tarball), []);
  const command = [...runtime, `${folder}/node_modules/.bin/holdfast`];
  await using server = await startEcho();
  assertEquals(await survive(command, server), SURVIVED);
  const { code, header } = await watchWithHeader(command);
  assertEquals([code, header], [0, "v"]);
  await checkChaos(command);
  const { output } = await run([runtime[0], "--version"]);
  return `${output.trim()}: watch, headers, chaos`;
}

/** Without a WebSocket the command says what is missing. */
export async function checkLack(
  { tarball }: Package,
  folder: string,
  node: string,
): Promise<string> {
  await createProject(folder, npmInstall(tarball), []);
  await using cli = startCli([node], `${folder}/node_modules/.bin/holdfast`, "localhost:1");
  assertEquals(await cli.end(), 2);
  const message = "Cannot watch as the platform must have a WebSocket: Node has, from 22 on";
  assertEquals(cli.running.errors(), `${message}\nholdfast --help shows how`);
  return "says that Node 20 has no WebSocket";
}

/** `npx` finds the command by the name of the package. */
export async function checkNpx(
  { tarball, folder: built }: Package,
  folder: string,
): Promise<string> {
  await Deno.mkdir(folder);
  const { version } = JSON.parse(await Deno.readTextFile(`${built}/package.json`));
  const { output, errors } = await run(["npx", "-y", `file:${tarball}`, "--version"], {
    cwd: folder,
  });
  assertEquals([output, errors], [`${version}\n`, ""]);
  return `npx, version ${version}`;
}

/** A terminal of tmux, of its own server. */
class Terminal implements AsyncDisposable {
  readonly #name = `holdfast-${crypto.randomUUID()}`;

  async tmux(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, success } = await new Deno.Command("tmux", {
      args: ["-L", this.#name, "-f", "/dev/null", ...args],
      env: { TERM: "xterm-256color", NO_COLOR: "" },
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  }

  async until(expected: RegExp): Promise<string> {
    for (let tries = 200; tries > 0; tries--) {
      const screen = await this.tmux("capture-pane", "-p", "-e");
      if (expected.test(screen)) return screen;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`no ${expected} in\n${await this.tmux("capture-pane", "-p")}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tmux("kill-server").catch(() => {});
  }
}

/** Watches in a real terminal: colours, the live line, editing, the key to retry, Ctrl-C. */
export async function checkTerminal(command: readonly string[] = DENO): Promise<string> {
  await using server = await startEcho();
  await using terminal = new Terminal();
  const line = [...command, server.url].map((word) => `'${word}'`).join(" ");
  await terminal.tmux("new-session", "-d", "-x", "90", "-y", "24", `${line}; echo code $?; cat`);
  await terminal.until(/connection 1 open/);
  await terminal.tmux("send-keys", "-l", '{"x":[1,2]}!');
  await terminal.tmux("send-keys", "BSpace", "Enter");
  const open = await terminal.until(/<\S* \{ /);
  // deno-lint-ignore no-control-regex -- the colour of a name
  assertMatch(open, /\u001b\[36m"x"/);
  await server.kill();
  await terminal.until(/attempt \d in [3-9] s, Enter: now >/);
  await server.start();
  await terminal.tmux("send-keys", "Enter");
  const back = await terminal.until(/connection 2 open/);
  assertStringIncludes(back, "without one");
  await terminal.tmux("send-keys", "C-c");
  const ended = await terminal.until(/code 0/);
  assertMatch(ended, /2 messages? in|1 message in/);
  assert(!/Enter: now > *$/m.test(ended), "the live line is gone");
  return `tmux ${await terminal.tmux("-V").then((text) => text.trim().split(" ").at(-1))}`;
}
