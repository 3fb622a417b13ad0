/** The proxy in a process of its own, and what clients see through it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startEcho } from "../../platforms/real/echo.ts";
import { type Cli, DENO, startCli } from "./processes.ts";

/** Deno's client may leave a socket that was given up. */
function test(name: string, run: () => Promise<void>): void {
  Deno.test(name, { sanitizeOps: false, sanitizeResources: false }, run);
}

const COMMAND = [...DENO.slice(0, -1), "-R", ...DENO.slice(-1)];

/** A proxy before an echo server. */
async function startChaos(
  to: string,
  script = "",
): Promise<{ readonly cli: Cli; readonly url: string } & AsyncDisposable> {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, script);
  const cli = startCli(COMMAND, "chaos", "--listen", "0", "--to", to, "--script", file);
  const line = await cli.until(/leads to/);
  return {
    cli,
    url: line.split(" ")[0] ?? "",
    async [Symbol.asyncDispose](): Promise<void> {
      await cli[Symbol.asyncDispose]();
      await Deno.remove(file);
    },
  };
}

interface End {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** A plain WebSocket. */
class Plain {
  readonly #socket: WebSocket;
  readonly opened: Promise<boolean>;
  readonly closed: Promise<End>;
  readonly messages: string[] = [];
  #notify = (): void => {};

  constructor(url: string) {
    const socket = this.#socket = new WebSocket(url);
    this.closed = new Promise((resolve) => {
      socket.onclose = ({ code, reason, wasClean }) => resolve({ code, reason, wasClean });
    });
    this.opened = new Promise((resolve) => {
      socket.onopen = () => resolve(true);
      this.closed.then(() => resolve(false));
    });
    socket.onmessage = ({ data }) => {
      this.messages.push(data);
      this.#notify();
    };
  }

  /** Sends, and waits for the echo. Returns how long it took. */
  async echo(text: string): Promise<number> {
    const startMs = performance.now();
    const answered = new Promise<void>((resolve) => this.#notify = resolve);
    this.#socket.send(text);
    await Promise.race([answered, this.closed]);
    return performance.now() - startMs;
  }

  close(): void {
    this.#socket.close();
  }
}

test("chaos passes messages on, long ones too, and both ends of a close", async () => {
  await using server = await startEcho();
  await using proxy = await startChaos(server.url);
  const client = new Plain(proxy.url);
  assert(await client.opened);
  const long = "x".repeat(3_000_000);
  for (const text of ["hello", long]) await client.echo(text);
  assertEquals(client.messages.map(({ length }) => length), [5, 3_000_000]);
  client.close();
  assertEquals((await client.closed).wasClean, true);
  await proxy.cli.until(/^connection 1 ended$/);
});

test("chaos kills, refuses, closes with a code, freezes and delays by what is typed", async () => {
  await using server = await startEcho();
  await using proxy = await startChaos(server.url);
  const { cli, url } = proxy;

  const killed = new Plain(url);
  await killed.opened;
  await cli.running.write("kill\n");
  // QUIRK(Deno): the code is 0 after a reset.
  assertEquals((await killed.closed).wasClean, false);

  await cli.running.write("refuse for 500ms\n");
  await cli.until(/^refuse for 0.5 s/);
  assertEquals(await new Plain(url).opened, false);
  await cli.until(/^refuse is over/);

  const closed = new Plain(url);
  assert(await closed.opened);
  await closed.echo("hello");
  await cli.running.write("close 4403 session revoked\n");
  assertEquals(await closed.closed, { code: 4403, reason: "session revoked", wasClean: true });

  const frozen = new Plain(url);
  assert(await frozen.opened);
  await cli.running.write("freeze for 600ms\n");
  await cli.until(/^freeze for 0.6 s/);
  assert(await frozen.echo("late") > 300);
  await cli.running.write("delay 200ms\n");
  await cli.until(/^delay 200 ms/);
  assert(await frozen.echo("later") > 350, "delayed on its way there and back");
  await cli.running.write("heal\n");
  await cli.until(/^delay is over/);
  assert(await frozen.echo("now") < 350);
  assertEquals(frozen.messages, ["late", "later", "now"]);

  await cli.running.write("klil\nend\n");
  assertEquals(await cli.end(), 0);
  assertMatch(
    cli.running.errors(),
    /^Not done as there is no fault 'klil'; did you mean 'kill'\?$/,
  );
  assertMatch(cli.lines.at(-1) ?? "", /^ended: 3 connections, 6 faults$/);
  assertEquals((await frozen.closed).wasClean, false);
});

test("chaos closes between two frames, never inside one", async () => {
  await using server = await startEcho();
  await using proxy = await startChaos(server.url, "300ms close 1012 restart");
  const client = new Plain(proxy.url);
  assert(await client.opened);
  const startMs = performance.now();
  const text = "y".repeat(400_000);
  while (performance.now() - startMs < 250) await client.echo(text);
  // Frames are under way in both directions when the close frame is due.
  const flood = (async (): Promise<void> => {
    for (let turn = 0; turn < 200; turn++) await client.echo(text);
  })();
  assertEquals(await client.closed, { code: 1012, reason: "restart", wasClean: true });
  await flood.catch(() => {});
  assertEquals(client.messages.filter((message) => message !== text), []);
});

test("chaos plays a script from the first connection, again and again, under a client that survives", async () => {
  await using server = await startEcho();
  await using proxy = await startChaos(server.url, "200ms kill\n400ms repeat");
  await using watcher = startCli(DENO, proxy.url);
  await watcher.until(/^connection 2 open/);
  await proxy.cli.until(/^kill \(1 connection\)/);
  Deno.kill(proxy.cli.running.pid, "SIGINT");
  assertEquals(await proxy.cli.end(), 0);
});

test("chaos says what is wrong: a port in use with exit code 1, a wrong script with 2", async () => {
  await using server = await startEcho();
  const { port } = new URL(server.url);
  await using busy = startCli(COMMAND, "chaos", "--listen", port, "--to", server.url);
  assertEquals(await busy.end(), 1);
  assertEquals(busy.running.errors(), `Cannot listen on 127.0.0.1:${port}: EADDRINUSE`);
  await using absent = startCli(COMMAND, "chaos", "--listen=0", "--to=h.de", "--script=absent");
  assertEquals(await absent.end(), 2);
  assertMatch(absent.running.errors(), /^Cannot chaos as '--script' must be readable/);
});

test("chaos ends a connection whose server is gone, and names the reason", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using proxy = await startChaos(`ws://127.0.0.1:${port}`);
  assertEquals(await new Plain(proxy.url).opened, false);
  await proxy.cli.until(/^connection 1 ended, server: ECONNREFUSED$/);
});
