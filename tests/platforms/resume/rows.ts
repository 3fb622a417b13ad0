/**
 * The servers of the table, each as a command that is given a port.
 *
 * @module
 */

import { bun, modulesOf, nodeOf } from "../runtimes/runners.ts";

/** A server to start. */
export interface Row {
  /** Programs and folders that must exist. */
  readonly needs: readonly string[];
  /** Its module, to be bundled. */
  readonly entry: string;
  /** Whether its sessions survive kill -9. */
  readonly survives: boolean;
  readonly usesRedis?: boolean;
  command(place: Place): Promise<readonly string[]> | readonly string[];
}

/** What a server is started with. */
export interface Place {
  readonly bundle: string;
  readonly port: number;
  readonly folder: string;
  readonly redisPort: number | undefined;
}

const ARCH = Deno.build.arch === "aarch64" ? "arm64" : "64";
const workerd = `${modulesOf("workerd")}/@cloudflare/workerd-linux-${ARCH}/bin/workerd`;

const onNode = (name: string): Row => ({
  needs: [nodeOf(name), modulesOf("base")],
  entry: "node.ts",
  survives: false,
  command: ({ bundle, port }) => [nodeOf(name), bundle, `${port}`],
});

const withRedis = (library: string, command: readonly string[], needs: readonly string[]): Row => ({
  needs: ["/usr/bin/redis-server", modulesOf("resume"), ...needs],
  entry: "redis.ts",
  survives: true,
  usesRedis: true,
  command: (
    { bundle, port, redisPort },
  ) => [...command, bundle, `${port}`, library, `${redisPort}`],
});

const DENO = [Deno.execPath(), "run", "-A", "--no-check", "--node-modules-dir=manual"];

/** Every client library on every runtime that it is for. */
const REDIS_ROWS = Object.fromEntries([
  ...["ioredis", "iovalkey", "redis"].flatMap((library): [string, Row][] => [
    [
      `${library}-node`,
      withRedis(library, [nodeOf("node-24")], [nodeOf("node-24"), modulesOf("base")]),
    ],
    [`${library}-deno`, withRedis(library, DENO, [])],
    [`${library}-bun`, withRedis(library, [bun], [bun])],
  ]),
  ["bun-redis", withRedis("bun", [bun], [bun])],
]);

export const ROWS: Readonly<Record<string, Row>> = {
  deno: {
    needs: [],
    entry: "deno.ts",
    survives: false,
    command: ({ bundle, port }) => [Deno.execPath(), "run", "-A", "--no-check", bundle, `${port}`],
  },
  "node-20": onNode("node-20"),
  "node-24": onNode("node-24"),
  bun: {
    needs: [bun],
    entry: "bun.ts",
    survives: false,
    command: ({ bundle, port }) => [bun, bundle, `${port}`],
  },
  "durable-object": {
    needs: [workerd],
    entry: "object.ts",
    survives: true,
    command: async ({ bundle, port, folder }) => {
      await Deno.mkdir(`${folder}/disk`, { recursive: true });
      await Deno.copyFile(bundle, `${folder}/worker.mjs`);
      await Deno.writeTextFile(`${folder}/worker.capnp`, configOf(port, folder));
      return [workerd, "serve", `${folder}/worker.capnp`, "--experimental"];
    },
  },
  ...REDIS_ROWS,
};

function configOf(port: number, folder: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "disk", disk = (path = "${folder}/disk", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.mjs")],
  compatibilityDate = "2026-04-01",
  durableObjectNamespaces = [(className = "Room", uniqueKey = "room", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [(name = "ROOM", durableObjectNamespace = "Room")],
);
`;
}
