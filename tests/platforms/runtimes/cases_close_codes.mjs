// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * The close-code table, row by row: what the server says, what the client reports, whether and when
 * it comes back.
 *
 * @module
 */
import { equal, ok, sleep } from "./harness.mjs";

const FATAL = [1008, 1010, 3000, 3003, 4400, 4401, 4403, 4404, 4410];
// deno-fmt-ignore
const RETRIED = [1000, 1001, 1002, 1003, 1007, 1009, 1011, 1012, 1013, 1014, 3999, 4000, 4499, 4999];

/** The whole range for the first retry, with the delays of the suite: 20 ms at first, 200 at most. */
function firstDelayRange(code) {
  if (code === 1012) return [100, 200];
  if (code === 1013) return [40, 80];
  return [20, 40];
}

const retried = RETRIED.map((code) => ({
  name: `close code ${code} is reported and retried`,
  async test(lab) {
    const observed = lab.provoke(`/first/1/close/${code}`, {}, { reason: "go away" });
    await observed.until("open 1 again");
    equal(observed.log, [
      "open 0",
      `close ${code} "go away" clean retry`,
      "retry 1",
      "open 1 again",
    ], "events");
    const [minMs, maxMs] = firstDelayRange(code);
    const [delayMs] = observed.delays;
    ok(minMs <= delayMs && delayMs <= maxMs, `a delay in [${minMs}, ${maxMs}] ms, not ${delayMs}`);
  },
}));

const fatal = FATAL.map((code) => ({
  name: `close code ${code} is reported and ends the client`,
  // With either a fresh token may cure some of these.
  without: ["handshake", "provider"],
  async test(lab) {
    const observed = lab.provoke(`/close/${code}`, {}, { reason: "no" });
    const ending = await observed.over();
    equal(observed.log, [
      "open 0",
      `close ${code} "no" clean final fatal-close`,
    ], "events");
    equal([ending.code, ending.reason, ending.wasClean], [code, "no", true], "the ending");
    await sleep(100);
    equal((await lab.record()).dials.length, 1, "dials that the server saw");
  },
}));

export const closeCodeCases = [
  ...retried,
  ...fatal,
  {
    name: "a close without a code is reported as 1005 and retried",
    async test(lab) {
      const observed = lab.provoke("/first/1/close/1005");
      await observed.until("open 1 again");
      const [, close] = observed.log.filter((line) => !line.startsWith("error"));
      ok(close.startsWith("close 1005"), `1005, not ${close}`);
    },
  },
  {
    name: "a server that closes with 1000 for ever uses up the attempts",
    async test(lab) {
      const observed = lab.provoke("/close/1000", { maxAttempts: 2 });
      await observed.over();
      equal(observed.log, [
        "open 0",
        "close 1000 clean retry",
        "retry 1",
        "open 1 again",
        "close 1000 clean retry",
        "retry 2",
        "open 2 again",
        "close 1000 clean final retry-limit",
      ], "events");
      equal((await lab.record()).dials.length, 3, "dials that the server saw");
    },
  },
];
