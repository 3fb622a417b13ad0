/**
 * As much of an Ethereum node as subscriptions need. It numbers them from 1 in each of its lives,
 * as the worst of nodes would, and knows nothing of those that it had before. Served by a MortalServer.
 *
 * @module
 */

import type { Server } from "node:http";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";

/** Beyond the blocks of one life, so that a block's number says in which life it was made. */
export const BLOCKS_OF_A_LIFE = 1_000_000;

const ZEROS = `0x${"0".repeat(64)}`;
const BLOCK_MS = 5;

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

interface Filter {
  readonly address: string | readonly string[];
  readonly topics: readonly (string | readonly string[])[];
}

/** How a node differs from a good one, and where it notes what it refuses. */
export interface NodeOptions {
  /** Requests that it ignores. */
  readonly ignores?: (request: Request, life: number) => boolean;
  /** Gets each request that it answers with an error. */
  readonly refused?: (request: Request) => void;
}

function hex(number: number): string {
  return `0x${number.toString(16)}`;
}

function header(number: number): unknown {
  return { number: hex(number), hash: ZEROS, parentHash: ZEROS };
}

/** A log that a filter of one address and one choice of topics lets through. */
function log(number: number, { address, topics }: Filter): unknown {
  return {
    ...{
      address: [address].flat()[0],
      topics: topics.flat(),
      data: "0x",
      removed: false,
      logIndex: "0x0",
      transactionIndex: "0x0",
    },
    ...{ blockNumber: hex(number), blockHash: ZEROS, transactionHash: ZEROS },
  };
}

/** Answers the requests of one connection, and sends what it is subscribed to. */
function serveConnection(socket: WebSocket, life: number, options: NodeOptions): void {
  const subscriptions = new Map<string, readonly unknown[]>();
  let block = life * BLOCKS_OF_A_LIFE;
  const answers: Readonly<Record<string, (params: readonly unknown[]) => unknown>> = {
    "eth_chainId": () => "0x1",
    "eth_blockNumber": () => hex(block),
    "eth_subscribe"(params): string {
      const id = hex(subscriptions.size + 1);
      subscriptions.set(id, params);
      return id;
    },
    "eth_unsubscribe": ([id]) => subscriptions.delete(`${id}`) || undefined,
  };
  const timer = setInterval(() => {
    block++;
    for (const [subscription, [kind, filter]] of subscriptions) {
      const result = kind === "newHeads" ? header(block) : log(block, filter as Filter);
      const params = { subscription, result };
      socket.send(JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params }));
    }
  }, BLOCK_MS);
  socket.on("close", () => clearInterval(timer));
  socket.on("message", (data: Uint8Array) => {
    const request: Request = JSON.parse(`${data}`);
    if (options.ignores?.(request, life)) return;
    const { id, method, params } = request;
    const result = answers[method]?.(params);
    if (result === undefined) options.refused?.(request);
    const error = { code: -32_000, message: `Cannot ${method}` };
    const outcome = result === undefined ? { error } : { result };
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, ...outcome }));
  });
}

/** Serves on a server's one life. */
export function serveNode(http: Server, life: number, options: NodeOptions = {}): () => void {
  const wss = new WebSocketServer({ server: http });
  wss.on("connection", (socket: WebSocket) => serveConnection(socket, life, options));
  return () => wss.close();
}
