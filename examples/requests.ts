/**
 * Request and response: each call has a number, a deadline and one of three ends. An answer; "did not run", as
 * it was not sent; or "may have run", as it was sent and no answer came. Only the second may be repeated without
 * a thought.
 */
import type { Clock, ReconnectingWebSocket } from "@holdfast/websocket";

/** Why there is no answer. */
export class RequestError extends Error {
  /** Whether the server may have done what was requested. */
  readonly mayHaveRun: boolean;
  constructor(message: string, mayHaveRun: boolean) {
    super(message);
    this.mayHaveRun = mayHaveRun;
  }
}

type Timers = Pick<Clock, "setTimeout" | "clearTimeout">;

interface Pending {
  resolve(result: unknown): void;
  reject(error: RequestError): void;
}

/** The server answers `{ id, result }` on the connection that the request `{ id, method, params }` came on. */
export class Requests {
  readonly #ws: ReconnectingWebSocket;
  readonly #clock: Timers;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(ws: ReconnectingWebSocket, clock: Timers = globalThis as unknown as Timers) {
    this.#ws = ws;
    this.#clock = clock;
    ws.addEventListener("message", ({ data }) => {
      const { id, result } = JSON.parse(data);
      this.#pending.get(id)?.resolve(result);
    });
    // An answer belongs to a connection: on the next one it will not come.
    ws.addEventListener("close", () => {
      for (const { reject } of [...this.#pending.values()]) {
        reject(new RequestError("The connection ended before the answer", true));
      }
    });
  }

  call(method: string, params: unknown, timeoutMs = 10_000): Promise<unknown> {
    const id = ++this.#lastId;
    // Not queued: a request that waits for a connection would run when nobody waits for it any more.
    if (!this.#ws.send(JSON.stringify({ id, method, params }), { queue: false })) {
      return Promise.reject(new RequestError("There is no connection", false));
    }
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.#clock.clearTimeout(timer);
        this.#pending.delete(id);
      };
      const timer = this.#clock.setTimeout(() => {
        done();
        reject(new RequestError(`No answer within ${timeoutMs} ms`, true));
      }, timeoutMs);
      this.#pending.set(id, {
        resolve: (result) => (done(), resolve(result)),
        reject: (error) => (done(), reject(error)),
      });
    });
  }
}
