/** The command line on Deno, with real sockets, pipes and signals. */
import { assertEquals, assertMatch } from "@std/assert";
import { startEcho } from "../../platforms/real/echo.ts";
import { DENO, startCli, survive, SURVIVED, watchWithHeader } from "./processes.ts";

/** A server of `ws` may leave a timer behind, and Deno's own client a socket that was given up. */
function test(name: string, run: () => Promise<void>): void {
  Deno.test(name, { sanitizeOps: false, sanitizeResources: false }, run);
}

test("watch survives a killed server, and ends by SIGINT with exit code 0", async () => {
  await using server = await startEcho();
  assertEquals(await survive(DENO, server), SURVIVED);
});

test("watch sends headers, and ends after --count", async () => {
  const { code, header, lines } = await watchWithHeader(DENO, "--json");
  assertEquals([code, header], [0, "v"]);
  assertEquals(JSON.parse(lines.at(-1) ?? "").received, 1);
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
