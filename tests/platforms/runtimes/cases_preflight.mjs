// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * `./preflight` over real sockets and real requests, of another origin on a page.
 *
 * @module
 */
import { equal, ok } from "./harness.mjs";

const isPage = typeof document !== "undefined";

/** A client with a preflight of a fault's path, and the statuses that its `shouldRetry` got. */
function connect(lab, path, query, options) {
  const statuses = [];
  const { url, shouldRetry } = lab.client.preflight(lab.url(path, query), {
    shouldRetry: (_, status) => void statuses.push(status),
  });
  return { observed: lab.connect(url, { shouldRetry, ...options }), statuses };
}

export const preflightCases = [
  {
    name: "preflight waits as Retry-After says, and dials then",
    needs: ["provider", "retry"],
    isLong: true,
    async test(lab) {
      const { observed, statuses } = connect(
        lab,
        "/first/1/status/429",
        { "retry-after": "1", cors: "" },
        { maxDelayMs: 2_000 },
      );
      await observed.until("open 2");
      equal(statuses, [null, 429], "statuses");
      const [, waitMs] = observed.delays;
      ok(waitMs >= 1_000 && waitMs <= 1_500, `a wait of 1 to 1.5 s, not ${waitMs} ms`);
      const { dials, requests } = await lab.record();
      equal([dials.length, requests], [2, 1], "dials and requests that the server saw");
    },
  },
  {
    name: "preflight that a page may not see ends nothing and costs no attempt",
    needs: ["provider", "retry"],
    async test(lab) {
      const { observed } = connect(lab, "/first/1/status/429", { "retry-after": "60" });
      await observed.until(isPage ? "open 1" : "open 2");
      equal((await lab.record()).dials.length, 2, "dials that the server saw");
    },
  },
  {
    name: "preflight of a server that refuses a dial and a request gives the status to shouldRetry",
    needs: ["provider", "retry"],
    async test(lab) {
      const { observed, statuses } = connect(lab, "/status/403", { cors: "" }, { maxAttempts: 3 });
      equal((await observed.over()).error.code, "retry-limit", "the end");
      equal(statuses, [null, 403, null, 403], "statuses");
      const { dials, requests } = await lab.record();
      equal([dials.length, requests], [4, 2], "dials and requests that the server saw");
    },
  },
];
