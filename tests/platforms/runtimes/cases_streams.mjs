// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * `./streams` over real sockets.
 *
 * @module
 */
import { equal, ok, rejected, thrown, until } from "./harness.mjs";

const MIB = 1_048_576;

export const streamCases = [
  {
    name: "a loop over messages goes on over a killed server",
    needs: ["queue"],
    isLong: true,
    async test(lab) {
      const observed = lab.connect(await lab.child("start"));
      const { ws } = observed;
      const read = lab.client.messages(ws, { decode: Number });
      const late = lab.client.messages(ws);
      let sent = 0;
      const sendMore = () => {
        for (let n = 0; n < 3; n++) ws.send(String(sent++));
      };
      sendMore();
      const seen = [];
      for await (const number of read) {
        seen.push(number);
        if (seen.length === 3) {
          await lab.child("kill");
          await observed.until("error connection-lost");
          sendMore();
          await lab.child("start");
        }
        if (seen.length === 6) break;
      }
      equal(seen, [0, 1, 2, 3, 4, 5], "numbers");
      equal(ws.state, "open", "the state after the loop");
      ws.close();
      const unread = [];
      for await (const text of late) unread.push(text);
      equal(unread, ["0", "1", "2", "3", "4", "5"], "what a second consumer had not read");
    },
  },
  {
    name: "a loop over messages loses nothing of a burst, and ends with the client's error",
    async test(lab) {
      const observed = lab.provoke("/first/1/many/1000", { maxAttempts: 0 });
      const { ws } = observed;
      const seen = [];
      const error = await rejected((async () => {
        for await (const text of lab.client.messages(ws)) {
          seen.push(text);
          if (seen.length === 1_000) ws.close(4000);
        }
        throw ws.state;
      })());
      equal(error, "closed", "an end without an error");
      equal(seen, Array.from({ length: 1_000 }, (_, n) => String(n)), "messages");
      const fatal = lab.provoke("/close/4403");
      const read = lab.client.messages(fatal.ws);
      equal((await rejected(read.next())).code, "fatal-close", "the error of another client");
    },
  },
  {
    name: "writes wait for what is buffered, and arrive in order",
    async test(lab) {
      const { ws } = lab.connect("/sink");
      if (typeof WritableStream !== "function") {
        ok(
          thrown(() => lab.client.streams(ws)) instanceof TypeError,
          "a TypeError without streams",
        );
        await lab.opened(ws);
        return;
      }
      const { readable, writable } = lab.client.streams(ws, { highWaterBytes: MIB });
      await readable.cancel();
      const writer = writable.getWriter();
      let most = 0;
      for (let n = 0; n < 20; n++) {
        await writer.write("x".repeat(MIB + n));
        most = Math.max(most, ws.bufferedAmount);
      }
      await writer.close();
      equal(ws.bufferedAmount, 0, "bufferedAmount when closed");
      ok(most <= 2 * MIB + 2_000, `two messages buffered at most, not ${most} bytes`);
      const { messages } = await lab.recorded(({ messages }) => messages.length === 20);
      equal(messages, Array.from({ length: 20 }, (_, n) => `text of ${MIB + n}`), "messages");
      await until(() => ws.state === "open", () => "a client that is open still");
    },
  },
];
