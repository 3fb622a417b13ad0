/**
 * `chaos` before a server that speaks TLS, whose certificate an authority of the test has signed.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { type Cli, startCli } from "../client/cli/processes.ts";
import { createAuthority } from "../platforms/networks/certificates.ts";
import { Scope } from "../platforms/networks/scope.ts";
import { run } from "./command.ts";
import { createProject, npmInstall } from "./npm.ts";
import type { Package } from "./package.ts";

/** An echo server on `wss:`; disposing of it ends it. */
function serve(certificate: string, key: string): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: Deno.readTextFileSync(certificate),
    key: Deno.readTextFileSync(key),
    onListen: () => {},
  }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
}

/** Every fault, under a client that comes back from each. */
async function survive(proxy: Cli, watcher: Cli): Promise<void> {
  const type = (line: string): Promise<void> => proxy.running.write(`${line}\n`);
  await watcher.until(/^connection 1 open/);
  await watcher.running.write("hello\n");
  await watcher.until(/^< hello/);
  await type("kill");
  await watcher.until(/^connection 1 lost/);
  await watcher.until(/^connection 2 open/);
  await type("delay 50ms for 100ms");
  await proxy.until(/^delay is over/);
  await type("freeze for 300ms");
  await proxy.until(/^freeze for/);
  await watcher.running.write("late\n");
  await proxy.until(/^freeze is over/);
  await watcher.until(/^< late/);
  await type("close 4403 revoked");
  await watcher.until(/^connection 2 .*4403 "revoked"/);
  assertEquals(await watcher.end(), 1);
  await type("end");
  assertEquals(await proxy.end(), 0);
  assertEquals([proxy.running.errors(), watcher.running.errors()], ["", ""]);
}

/** Runs `chaos` with and without trust in the server's certificate, by its address and by its name. */
export async function checkTls(command: readonly string[], signal: AbortSignal): Promise<string> {
  await using scope = new Scope(signal);
  const authority = await createAuthority(scope);
  const [certificate, key] = await authority.issue("trusted");
  await using server = serve(certificate, key);
  const trust = { DENO_CERT: authority.file, NODE_EXTRA_CA_CERTS: authority.file };
  for (const host of ["127.0.0.1", "localhost"]) {
    const to = `wss://${host}:${server.addr.port}`;
    await using proxy = startChaos(command, to, trust);
    const [url = ""] = (await proxy.until(/leads to/)).split(" ");
    await using watcher = startCli(command, url);
    await survive(proxy, watcher);
  }
  const to = `wss://127.0.0.1:${server.addr.port}`;
  await using proxy = startChaos(command, to, {});
  const [url = ""] = (await proxy.until(/leads to/)).split(" ");
  await using watcher = startCli(command, url, "--max-attempts", "0");
  assertEquals(await watcher.end(), 1);
  const why = await proxy.until(/^connection 1 ended, server: /);
  const { output } = await run([command[0] ?? "", "--version"]);
  return `${output.split("\n")[0]}: every fault; untrusted is ${why.split("server: ")[1]}`;
}

function startChaos(command: readonly string[], to: string, env: Record<string, string>): Cli {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return startCli(["env", ...variables, ...command], "chaos", "--listen", "0", "--to", to);
}

/** The row of a runtime that installs the package. */
export async function checkPackedTls(
  { tarball }: Package,
  folder: string,
  runtime: string,
  signal: AbortSignal,
): Promise<string> {
  await createProject(folder, npmInstall(tarball), []);
  return await checkTls([runtime, `${folder}/node_modules/.bin/holdfast`], signal);
}
