// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * Sessions over real sockets: `./resume` against the real engine.
 *
 * @module
 */
import { equal, ok, sleep, thrown, until } from "./harness.mjs";

const numbers = (from, to) => Array.from({ length: to - from }, (_, n) => String(from + n));

/** Sends what one side of a busy conversation says: some at once, some while the other side answers. */
async function sendAll(ws, texts, onSent = () => {}) {
  for (const [n, text] of texts.entries()) {
    equal(ws.send(text), true, `send() of ${text}`);
    await onSent(n);
    if (n % 5 === 4) await sleep(1);
  }
}

/** What a platform without random numbers says, and the library for it that its users take. */
function needRandom({ ResumableWebSocket }) {
  if (globalThis.crypto?.getRandomValues) return;
  const error = thrown(() => new ResumableWebSocket("ws://127.0.0.1:9/"));
  ok(/crypto\.getRandomValues/.test(error.message), `an error about random: ${error.message}`);
  globalThis.crypto = {
    ...globalThis.crypto,
    getRandomValues: (bytes) => bytes.map(() => Math.floor(Math.random() * 256)),
  };
}

/** Options of a client that comes back late. */
const awayFor = (delayMs) => ({ backoff: () => delayMs, maxDelayMs: delayMs });

/** A client of a session under observation, with what its server lost. */
function session(lab, path, options) {
  needRandom(lab.client);
  const observed = lab.connect(path, options, {}, lab.client.ResumableWebSocket);
  observed.losses = [];
  observed.resumed = [];
  observed.ws.addEventListener("lost", ({ why, unacked, isExact }) => {
    observed.losses.push([why, unacked, isExact]);
  });
  observed.ws.addEventListener("open", () => observed.resumed.push(observed.ws.resumed));
  return observed;
}

export const resumeCases = [
  {
    only: "full",
    name: "a session goes on over cuts: each message once, in order, both ways",
    async test(lab) {
      const observed = session(lab, "/session");
      const { ws, messages } = observed;
      const texts = numbers(0, 200);
      await sendAll(ws, texts, async (n) => {
        if (n % 40 !== 20) return;
        await until(() => messages.length > n - 20, () => `more than ${messages.length} answers`);
        await lab.cut();
      });
      await ws.confirmed();
      await until(() => messages.length >= texts.length, () => `${messages.length} answers`);
      const { handled, dials, sessions } = await lab.record();
      equal(handled, texts, "what the server handled");
      equal(messages, texts, "what came back");
      equal([sessions.length, observed.losses], [1, []], "sessions and losses");
      ok(dials.length >= 6, `a connection after each cut, not ${dials.length}`);
      equal(observed.resumed[0], false, "resumed in the first open");
      ok(
        observed.resumed.length > 1 && observed.resumed.slice(1).every((it) => it),
        "resumed later",
      );
      equal(ws.bufferedAmount, 0, "bufferedAmount");
    },
  },
  {
    only: "full",
    name: "a session keeps what is sent while there is no connection, bytes and odd texts too",
    async test(lab) {
      const { ws, messages } = session(lab, "/session", { auth: () => "ada" });
      ws.binaryType = "arraybuffer";
      await ws.opened;
      await lab.cut();
      const sent = ["", "\u0001A1", "\u0001", new Uint8Array([0, 1, 255]), "käse 🧀"];
      for (const data of sent) ws.send(data);
      await ws.confirmed();
      await until(() => messages.length >= sent.length, () => `${messages.length} answers`);
      const readable = messages.map((data) =>
        typeof data === "string" ? data : [...new Uint8Array(data)]
      );
      equal(readable, ["", "\u0001A1", "\u0001", [0, 1, 255], "käse 🧀"], "what came back");
      const { handled, sessions } = await lab.record();
      equal(handled, ["", "\u0001A1", "\u0001", "hex:0001ff", "käse 🧀"], "what was handled");
      equal(sessions, ["ada"], "who the server knows");
    },
  },
  {
    only: "full",
    name: "a session goes on in a later client by its snapshot, as after a reload",
    async test(lab) {
      const first = session(lab, "/session", awayFor(60_000));
      await first.ws.opened;
      await sendAll(first.ws, numbers(0, 10));
      await lab.cut();
      // As a page that is left: no farewell is said.
      await until(() => first.ws.state === "waiting", () => "the loss");
      first.ws.send("10");
      const kept = JSON.parse(JSON.stringify(first.ws.snapshot()));
      const second = session(lab, "/session", { session: kept });
      await second.ws.opened;
      equal(second.ws.resumed, true, "resumed in the second client");
      second.ws.send("11");
      await second.ws.confirmed();
      const all = () => [...first.messages, ...second.messages];
      await until(() => all().length >= 12, () => `12 answers: ${all()}`);
      equal(all(), numbers(0, 12), "what came to the two");
      const { handled, sessions } = await lab.record();
      equal([handled, sessions.length], [numbers(0, 12), 1], "what was handled, in one session");
      equal([first.losses, second.losses], [[], []], "losses");
      // The first one would take it for its own: it is told, and stops.
      first.keptBytes = kept.unacked.join("").length;
      first.ws.reconnect();
      const { undelivered } = await first.over();
      equal([first.lastClose.code, undelivered], [4009, kept.unacked], "the end of the first");
      equal(second.ws.state, "open", "the second client");
    },
  },
  {
    only: "full",
    name: "a session that expired gives back what was not confirmed, and another one begins",
    async test(lab) {
      const observed = session(lab, "/session/50", awayFor(1_000));
      const { ws, losses, messages } = observed;
      ws.send("first");
      await ws.confirmed();
      await lab.cut();
      await until(() => ws.state === "waiting", () => "the loss");
      equal(ws.send("second"), true, "send() while away");
      await until(() => losses.length > 0 && ws.state === "open", () => "another session");
      equal(losses, [["expired", ["second"], true]], "what was lost");
      equal(ws.resumed, false, "resumed with another session");
      for (const data of losses[0][1]) ws.send(data);
      await ws.confirmed();
      const { handled, ended, sessions } = await lab.record();
      equal(handled, ["first", "second"], "what was handled");
      equal(
        [ended.map((line) => line.split(" ")[0]), sessions.length],
        [["expired"], 2],
        "sessions",
      );
      await until(() => messages.at(-1) === "second", () => "the answer");
    },
  },
];
