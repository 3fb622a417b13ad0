/**
 * ethers: blocks, logs and answers must come again after each death of the node. ethers neither
 * reconnects nor subscribes again; the recipe under test does the latter.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { WebSocketProvider } from "npm:ethers@6.17.0";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { lastingProvider } from "../../examples/ethers.ts";
import { BLOCKS_OF_A_LIFE, type NodeOptions, serveNode } from "./ethereum_node.ts";
import { MortalServer } from "./mortal_server.ts";
import { assertNeverMultiplies, sleep, type Trial, until, type Worker } from "./trial.ts";

const MAINNET = 1;
const TRANSFERS = { address: `0x${"11".repeat(20)}`, topics: [`0x${"22".repeat(32)}`] };

/** Makes a provider over a client. */
type Recipe = (ws: ReconnectingWebSocket) => WebSocketProvider;
const asRecommended: Recipe = (ws) => lastingProvider(ws, MAINNET);
const bare: Recipe = (ws) => new WebSocketProvider(ws, MAINNET);

/** Notes blocks by number: those of a life begin with it. */
class Watch {
  readonly seen: number[] = [];
  readonly onBlock = (block: number): void => void this.seen.push(block);
  readonly onLog = ({ blockNumber }: { readonly blockNumber: number }): void =>
    void this.seen.push(blockNumber);

  /** The life of the last one. */
  get life(): number {
    return Math.floor((this.seen.at(-1) ?? 0) / BLOCKS_OF_A_LIFE);
  }
  /** Whether one came twice. */
  get repeats(): boolean {
    return new Set(this.seen).size < this.seen.length;
  }
}

function ethers(recipe: Recipe): Trial {
  return {
    serve: serveNode,
    start(host, Socket): Worker {
      const ws = new Socket(`ws://${host}/`) as ReconnectingWebSocket;
      const provider = recipe(ws);
      const watches = [new Watch(), new Watch()] as const;
      const [blocks, logs] = watches;
      provider.on("block", blocks.onBlock);
      provider.on(TRANSFERS, logs.onLog);
      return {
        async work(life): Promise<void> {
          const block = await provider.send("eth_blockNumber", []);
          assertEquals(Math.floor(Number(block) / BLOCKS_OF_A_LIFE), life);
          await until(() => watches.every((watch) => watch.life === life), "a block and a log");
          assertEquals(watches.map(({ repeats }) => repeats), [false, false]);
        },
        close: () => provider.destroy(),
      };
    },
  };
}

Deno.test("ethers with lastingProvider() sees each block once on one connection", async () => {
  await assertNeverMultiplies(ethers(asRecommended), {});
});

/** A node, a client of it that returns at once, and a watch. */
async function open(recipe: Recipe, node: NodeOptions = {}): Promise<Setting> {
  const server = new MortalServer((http, life) => serveNode(http, life, node));
  await server.start();
  const ws = new ReconnectingWebSocket(`ws://${server.host}/`, { maxDelayMs: 20 });
  return new Setting(server, ws, recipe(ws));
}

class Setting implements AsyncDisposable {
  readonly watch = new Watch();

  constructor(
    readonly server: MortalServer,
    readonly ws: ReconnectingWebSocket,
    readonly provider: WebSocketProvider,
  ) {}

  /** Kills the node, acts while there is none, and waits until the next one answers. */
  async outlive(act?: () => unknown): Promise<void> {
    await this.server.kill();
    await until(() => this.ws.state === "waiting", "the loss");
    await act?.();
    await this.server.start();
    await until(() => this.ws.state === "open", "the next connection");
    await this.seeBlocks();
  }

  /** Waits until the node has made some blocks. */
  async seeBlocks(): Promise<void> {
    const first: number = await this.provider.send("eth_blockNumber", []);
    for (let last = first; last < Number(first) + 5;) {
      last = Number(await this.provider.send("eth_blockNumber", []));
      await sleep(5);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.provider.destroy();
    await this.ws.closed;
    await this.server.kill();
  }
}

Deno.test("ethers without lastingProvider() sees no block of the next connection", async () => {
  await using setting = await open(bare);
  const { provider, watch } = setting;
  await provider.on("block", watch.onBlock);
  await until(() => watch.life === 1, "a block");
  await setting.outlive();
  assertEquals(watch.life, 1);
});

Deno.test("ethers with maxAttempts: 0 is over at the first loss", async () => {
  await using server = new MortalServer(serveNode);
  await server.start();
  const ws = new ReconnectingWebSocket(`ws://${server.host}/`, { maxAttempts: 0 });
  const provider = lastingProvider(ws, MAINNET);
  await provider.send("eth_blockNumber", []);
  await server.kill();
  await ws.closed;
  await provider.destroy();
  assertEquals([server.peak, ws.state], [1, "closed"]);
});

Deno.test("lastingProvider() subscribes once to what is added between connections", async () => {
  await using setting = await open(asRecommended);
  const { provider, watch } = setting;
  await setting.seeBlocks();
  await setting.outlive(() => provider.on("block", watch.onBlock));
  await until(() => watch.life === 2, "a block");
  assertEquals(watch.repeats, false);
});

Deno.test("lastingProvider() subscribes once to what is added just before a loss", async () => {
  await using setting = await open(asRecommended);
  const { provider, watch, ws } = setting;
  await setting.seeBlocks();
  await provider.on("block", watch.onBlock);
  ws.reconnect();
  await until(() => watch.life === 1, "a block");
  await setting.seeBlocks();
  assertEquals(watch.repeats, false);
});

Deno.test("lastingProvider() subscribes once to what is added before the first connection", async () => {
  await using setting = await open(asRecommended);
  const { provider, watch, ws } = setting;
  await provider.on("block", watch.onBlock);
  assertEquals(ws.state, "connecting");
  await setting.seeBlocks();
  assertEquals([watch.life, watch.repeats], [1, false]);
});

Deno.test("lastingProvider() never unsubscribes from a node what another one had", async () => {
  const refused: unknown[] = [];
  await using setting = await open(asRecommended, { refused: (request) => refused.push(request) });
  const { provider, watch } = setting;
  const kept = new Watch();
  await provider.on(TRANSFERS, watch.onLog);
  await provider.on("block", kept.onBlock);
  await until(() => watch.life === 1 && kept.life === 1, "a block and a log");
  await setting.outlive(() => provider.off(TRANSFERS, watch.onLog));
  await until(() => kept.life === 2, "a block");
  assertEquals([watch.life, refused], [1, []]);
});

Deno.test("ethers stays without a network if the answer is lost with the connection", async () => {
  let requests = 0;
  const ignores: NodeOptions["ignores"] = ({ method }) =>
    method === "eth_chainId" && ++requests === 1;
  await using setting = await open((ws) => new WebSocketProvider(ws), { ignores });
  await until(() => requests === 1, "the request");
  await setting.outlive();
  assertThrows(() => setting.provider._network, Error, "network is not available");
});

Deno.test("ethers leaves unsettled what was under way when the connection was lost", async () => {
  const ignores: NodeOptions["ignores"] = ({ method }) => method === "eth_gasPrice";
  await using setting = await open(asRecommended, { ignores });
  await setting.seeBlocks();
  let settled = false;
  const settle = (): void => void (settled = true);
  setting.provider.send("eth_gasPrice", []).then(settle, settle);
  await setting.outlive();
  assertEquals(settled, false);
});

Deno.test("lastingProvider() needs no answer to know its network", async () => {
  await using setting = await open(asRecommended, {
    ignores: ({ method }) => method === "eth_chainId",
  });
  await setting.seeBlocks();
  assertEquals(setting.provider._network.name, "mainnet");
});
