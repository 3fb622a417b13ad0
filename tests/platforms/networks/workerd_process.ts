/**
 * workerd without anything around it, so that it can be killed as a process.
 *
 * @module
 */

import { isListening, Server } from "./actors.ts";
import { modulesOf } from "../runtimes/runners.ts";
import type { Scope } from "./scope.ts";

const ARCH = Deno.build.arch === "aarch64" ? "arm64" : "64";

/** The program itself, not the script that npm puts in front of it. */
export const workerd = `${modulesOf("workerd")}/@cloudflare/workerd-linux-${ARCH}/bin/workerd`;

/** A worker with one Durable Object namespace. */
export interface Worker {
  /** The files of its modules by name; the first is the entry. */
  readonly modules: Readonly<Record<string, string>>;
  /** The class of the Durable Object; its binding is called the same, in capitals. */
  readonly object: string;
  readonly port: number;
}

/** Makes a server of a worker; it is not started yet. */
export async function workerServer(
  scope: Scope,
  { modules, object, port }: Worker,
): Promise<Server> {
  const folder = await scope.folder();
  const listed: string[] = [];
  for (const [name, file] of Object.entries(modules)) {
    await Deno.copyFile(file, `${folder}/${name}`);
    listed.push(`(name = "${name}", esModule = embed "${name}")`);
  }
  const config = `${folder}/worker.capnp`;
  await Deno.writeTextFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${listed.join(", ")}],
  compatibilityDate = "2026-04-01",
  durableObjectNamespaces = [(className = "${object}", uniqueKey = "${object}")],
  durableObjectStorage = (inMemory = void),
  bindings = [(name = "${object.toUpperCase()}", durableObjectNamespace = "${object}")],
);
`,
  );
  return new Server(scope, [workerd, "serve", config], () => isListening(port));
}
