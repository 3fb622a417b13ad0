/** The command line on Deno, with real sockets, pipes, signals and a terminal. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startEcho } from "../../packaging/echo.ts";
import { DENO, startCli, survive, SURVIVED } from "./processes.ts";

/** A server of `ws` may leave a timer behind, and Deno's own client a socket that was given up. */
function test(name: string, run: () => Promise<void>): void {
  Deno.test(name, { sanitizeOps: false, sanitizeResources: false }, run);
}

/** Different runs need different numbers of attempts. */
function withoutCounts(lines: readonly string[]): readonly string[] {
  return lines.map((line) =>
    line.replace(/by attempt \d/, "by attempt N").replace(/, \d failed attempts?/, "")
  );
}

test("watch survives a killed server, and ends by SIGINT with exit code 0", async () => {
  await using server = await startEcho();
  assertEquals(withoutCounts(await survive(DENO, server)), SURVIVED);
});

test("watch sends headers, and ends after --count", async () => {
  let seen: string | null = null;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      seen = request.headers.get("x-key");
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => socket.send("one");
      return response;
    },
  );
  const flags = ["--header", "X-Key: v", "--count", "1", "--json"];
  await using cli = startCli(DENO, `ws://127.0.0.1:${server.addr.port}/`, ...flags);
  assertEquals([await cli.end(), seen], [0, "v"]);
  assertEquals(JSON.parse(cli.lines.at(-1) ?? "").received, 1);
});

test("watch gives up with exit code 1, misuse ends with 2, a gone reader with 0", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using refused = startCli(DENO, `localhost:${port}`, "--max-attempts", "0");
  assertEquals(await refused.end(), 1);
  await using wrong = startCli(DENO, "--nonsense");
  assertEquals(await wrong.end(), 2);
  assertMatch(wrong.running.errors(), /^Cannot watch as there is no flag '--nonsense'/);
  await using server = await startEcho();
  const pipe = new Deno.Command("sh", {
    args: ["-c", '"$@" | head -n 1; echo "done"', "sh", "timeout", "10", ...DENO, server.url],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = pipe.stdin.getWriter();
  await writer.write(new TextEncoder().encode("a\nb\nc\n")).catch(() => {});
  const { stdout, stderr } = await pipe.output();
  await writer.close().catch(() => {});
  const [first, second] = new TextDecoder().decode(stdout).split("\n");
  assertMatch(first ?? "", /connecting to/);
  assertEquals([second, new TextDecoder().decode(stderr)], ["done", ""]);
});

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

test("watch in a terminal: colours, a live countdown, a line that is edited, Enter to retry now", async () => {
  await using server = await startEcho();
  await using terminal = new Terminal();
  const command = [...DENO, server.url].map((word) => `'${word}'`).join(" ");
  await terminal.tmux("new-session", "-d", "-x", "90", "-y", "24", `${command}; echo code $?; cat`);
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
});
