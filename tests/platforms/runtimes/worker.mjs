// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * The suite in workerd: in a request of a module worker, and in a Durable Object, where one request
 * starts it and others ask how far it is.
 *
 * @module
 */
import * as client from "holdfast";
import { DurableObject } from "cloudflare:workers";
import { run } from "./suite.mjs";

export class Keeper extends DurableObject {
  results = [];

  fetch(request) {
    if (request.method === "POST") return this.#start(request);
    return Response.json(this.results.splice(0));
  }

  /** Returns at once: the sockets, timers and promises of the suite outlive this request. */
  async #start(request) {
    const job = await request.json();
    const tell = (value) => this.results.push(value);
    run({ ...job, client, onResult: tell }).then(
      () => tell({ done: true }),
      (error) => tell({ done: true, error: `${error}` }),
    );
    return new Response();
  }
}

export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === "/keeper") {
      return env.KEEPER.get(env.KEEPER.idFromName("suite")).fetch(request);
    }
    const results = [];
    await run({ ...await request.json(), client, onResult: (result) => results.push(result) });
    return Response.json([...results, { done: true }]);
  },
};
