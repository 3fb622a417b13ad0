/** The demo as its user runs it, with real processes, sockets and time. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { lines } from "../../examples/demo/lines.ts";
import { tellStory } from "../../examples/demo/story.ts";

const MAIN = new URL("../../examples/demo/main.ts", import.meta.url).href;
/** No run may take longer; the demo promises 40 s. */
const TIMEOUT_MS = 45_000;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the demo to its end; `onLine` may send it a signal. */
async function run(
  args: readonly string[],
  onLine: (line: string, demo: Deno.ChildProcess) => void = () => {},
): Promise<Outcome> {
  const demo = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const timer = setTimeout(() => demo.kill("SIGINT"), TIMEOUT_MS);
  const read = async (
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    tell: (line: string) => void,
  ): Promise<string> => {
    let text = "";
    for await (const line of lines(stream)) {
      text += `${line}\n`;
      tell(line);
    }
    return text;
  };
  const [stdout, stderr, { code }] = await Promise.all([
    read(demo.stdout, (line) => onLine(line, demo)),
    read(demo.stderr, () => {}),
    demo.status,
  ]);
  clearTimeout(timer);
  return { code, stdout, stderr };
}

/** The processes that a demo told of. */
function processes(stdout: string): number[] {
  return [...stdout.matchAll(/process (\d+)/g)].map(([, id]) => Number(id));
}

function isAlive(process: number): boolean {
  try {
    // Does nothing to a process that runs, and fails for one that is gone.
    Deno.kill(process, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

Deno.test("the demo survives four faults, accounts for every message and leaves no process", async () => {
  const { code, stdout, stderr } = await run([]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const count = (what: string): number => Number(stdout.match(new RegExp(`${what} +(\\d+)`))?.[1]);
  const [sent, delivered, lost, givenBack] = [
    count("sent"),
    count("delivered"),
    count("lost in flight"),
    count("given back"),
  ];
  assertEquals(sent, Number(delivered) + Number(lost) + Number(givenBack));
  assert(Number(delivered) > 0 && Number(lost) > 0 && Number(givenBack) > 0, stdout);
  for (
    const row of [
      /^1 +killed by SIGKILL +connection-lost +\d/m,
      /^2 +frozen by SIGSTOP +heartbeat-timeout +2\.\d/m,
      /^3 +restarted with 1012 +closed with 1012 +0\.\d/m,
      /^4 +replaced, and 4403 +connection-lost .* never$/m,
      /^ok +duplicates 0: none$/m,
    ]
  ) assertMatch(stdout, row);
  assertStringIncludes(stdout, "\nAll 10 checks hold\n");
  assertMatch(stdout, /^came back after +0 of 4 faults +3 of 4 faults$/m);
  const [, plain, ours] = stdout.match(/^messages delivered +(\d+) % +(\d+) %$/m)?.map(Number) ??
    [];
  assert(Number(plain) < 50 && Number(ours) > 80, stdout);
  assertEquals(stdout.match(/FAULT/g)?.length, 4);
  assert(!stdout.includes("\u001b"), "colours in a pipe");
  const servers = processes(stdout);
  assertEquals([servers.length, servers.filter(isAlive)], [4, []]);
});

Deno.test("the demo kills a frozen server too when Ctrl-C ends it", async () => {
  const { code, stdout, stderr } = await run([], (line, demo) => {
    if (line.includes("SIGSTOP")) demo.kill("SIGINT");
  });
  assertEquals({ code, stderr }, { code: 130, stderr: "Ended by SIGINT\n" });
  const servers = processes(stdout);
  assertEquals([servers.length, servers.filter(isAlive)], [2, []]);
});

Deno.test("tellStory() leaves no process when something throws", async () => {
  const printed: string[] = [];
  const print = (line: string): void => {
    printed.push(line);
    if (line.includes("FAULT")) throw new Error("no more lines");
  };
  const { signal } = new AbortController();
  await assertRejects(() => tellStory({ print, signal }), Error, "no more lines");
  const servers = processes(printed.join("\n"));
  assertEquals([servers.length, servers.filter(isAlive)], [1, []]);
});

Deno.test("the demo watches a URL as the command line does, with its exit codes", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { code, stdout, stderr } = await run([`ws://127.0.0.1:${port}/`, "--max-attempts", "1"]);
  assertEquals({ code, stderr }, { code: 1, stderr: "" });
  assertEquals(stdout.match(/attempt \d failed/g), ["attempt 0 failed", "attempt 1 failed"]);
  assertMatch(stdout, /gave up: retry-limit\n/);
});

Deno.test("the demo closes politely when Ctrl-C ends a watch", async () => {
  const codes: number[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => socket.send("\u001b[2J hello");
      socket.onclose = ({ code }) => codes.push(code);
      return response;
    },
  );
  const { code, stdout, stderr } = await run(
    [`ws://127.0.0.1:${server.addr.port}/?token=secret`],
    (line, demo) => {
      if (line.includes("hello")) demo.kill("SIGINT");
    },
  );
  assertEquals({ code, stderr, codes }, { code: 0, stderr: "", codes: [1000] });
  assertStringIncludes(stdout, "  < \\u001b[2J hello\n");
  assert(!stdout.includes("secret"), stdout);
});

Deno.test("the demo answers wrong arguments with the reason and exit code 2", async () => {
  for (
    const [args, reason] of [
      [["ftp://example.com"], "Cannot watch as the scheme of the URL must be ws or wss"],
      [["ws://a", "ws://b"], "Cannot watch more than one URL"],
      [["--max-attempts", "5"], "Cannot watch without a URL"],
    ] as const
  ) {
    const stderr = `${reason}\nholdfast --help shows how\n`;
    assertEquals(await run(args), { code: 2, stdout: "", stderr });
  }
});

Deno.test("the demo says how it is used", async () => {
  const { code, stdout } = await run(["--help"]);
  assertEquals([code, stdout.split("\n").length], [0, 3]);
  assertMatch(stdout, /^Usage: deno task demo {2}/);
});
