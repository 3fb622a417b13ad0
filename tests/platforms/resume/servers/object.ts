import { serveDurableObject } from "../../../../lib/resume/adapters/durable_object.ts";
import { ResumeServer } from "../../../../lib/resume/server/mod.ts";
import { sqlStore } from "../../../../lib/resume/stores/sql.ts";
import { echo } from "./program.ts";

interface ObjectState {
  readonly storage: {
    readonly sql: { exec(sql: string, ...values: unknown[]): Iterable<unknown> };
    transactionSync<T>(work: () => T): T;
  };
}

interface Env {
  readonly ROOM: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(request: Request): Promise<Response> };
  };
}

export class Room {
  readonly #server: ResumeServer<Request>;

  constructor({ storage }: ObjectState) {
    const store = sqlStore({
      run: (sql, ...values) => storage.sql.exec(sql, ...values),
      transaction: (work) => storage.transactionSync(work),
    });
    this.#server = new ResumeServer<Request>({ ...echo(), store });
  }

  fetch(request: Request): Response {
    return serveDurableObject(this.#server, request);
  }
}

const worker = {
  fetch: (request: Request, env: Env): Promise<Response> =>
    env.ROOM.get(env.ROOM.idFromName("room")).fetch(request),
};

export { worker as default };
