/**
 * Reconnection on faked clocks and mocked servers, as users of Jest and Vitest test it.
 */
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { WebSocket } from "mock-socket";
import sinon from "sinon";
import WS from "websocket-mock";

const URL = "ws://localhost:1234";
const TYPES = ["open", "message", "error", "close", "retry", "drop", "statechange"];
/** Jest's object and Vitest's have the same methods. */
const runner = typeof vi === "undefined" ? jest : vi;

/** The clocks that users fake, by what fakes them. */
const clocks = {
  "the runner": () => {
    runner.useFakeTimers();
    return runnersClock();
  },
  // Jest fakes queueMicrotask, and Vitest does not: here it is the other way round.
  "the runner, but for microtasks": () => {
    runner.useFakeTimers({
      doNotFake: ["queueMicrotask", "nextTick"],
      toFake: ["setTimeout", "clearTimeout", "Date", "performance", "queueMicrotask"],
    });
    return runnersClock();
  },
  "sinon": () => {
    const clock = sinon.useFakeTimers();
    return {
      tick: (timeMs) => clock.tickAsync(timeMs),
      timers: () => clock.countTimers(),
      restore: () => clock.restore(),
    };
  },
};

function runnersClock() {
  return {
    tick: (timeMs) => runner.advanceTimersByTimeAsync(timeMs),
    timers: () => runner.getTimerCount(),
    restore: () => runner.useRealTimers(),
  };
}

/** A client on a mocked server, and what its listeners see. */
function connect(sources) {
  const seen = [];
  const ws = new ReconnectingWebSocket(URL, { sources: { WebSocket, ...sources } });
  for (const type of TYPES) {
    ws.addEventListener(type, (event) => {
      seen.push(type === "statechange" ? event.state : event.data ? `${type} ${event.data}` : type);
    });
  }
  return { ws, seen };
}

afterEach(() => {
  runner.useRealTimers();
  WS.clean();
});

for (const [name, fake] of Object.entries(clocks)) {
  test(`a clock faked by ${name} brings the reconnection when it is due`, async () => {
    const clock = fake();
    try {
      const first = new WS(URL);
      const { ws, seen } = connect();
      let delayMs = 0;
      ws.addEventListener("retry", (event) => delayMs = event.delayMs);
      await clock.tick(10);
      ws.send("one");
      await clock.tick(10);
      expect(first).toHaveReceivedMessages(["one"]);
      first.send("two");
      first.close({ code: 1001, reason: "", wasClean: true });
      await clock.tick(10);
      const second = new WS(URL);
      ws.send("three");
      expect(ws.state).toBe("waiting");
      await clock.tick(delayMs - 20);
      expect(ws.state).toBe("waiting");
      await clock.tick(50);
      expect(second).toHaveReceivedMessages(["three"]);
      ws.close();
      await clock.tick(50);
      expect(seen).toEqual([
        ...["open", "open", "message two", "waiting", "close", "retry"],
        ...["connecting", "open", "open", "closing", "closed", "close"],
      ]);
      // A connection may still become stable, and its timer must not outlive the client.
      expect(clock.timers()).toBe(0);
    } finally {
      clock.restore();
    }
  });
}

test("close() while waiting leaves no timer, on a clock that is advanced synchronously", async () => {
  runner.useFakeTimers();
  const silent = runner.spyOn(console, "error").mockImplementation(() => {});
  const { ws, seen } = connect();
  runner.advanceTimersByTime(500);
  expect(ws.state).toBe("waiting");
  ws.close();
  expect(ws.state).toBe("closing");
  runner.advanceTimersByTime(1);
  // Where the runner leaves microtasks real.
  await null;
  expect(seen).toEqual(["waiting", "error", "close", "retry", "closing", "closed", "close"]);
  expect(runner.getTimerCount()).toBe(0);
  silent.mockRestore();
});

test("Date set an hour on, as after a sleep, neither stops a client that waits nor floods it", async () => {
  runner.useFakeTimers();
  const silent = runner.spyOn(console, "error").mockImplementation(() => {});
  const { ws } = connect({ random: () => 0.5 });
  const delays = [];
  ws.addEventListener("retry", ({ delayMs }) => delays.push(delayMs));
  await runner.advanceTimersByTimeAsync(300);
  runner.setSystemTime(Date.now() + 3_600_000);
  await runner.advanceTimersByTimeAsync(2_000);
  expect(delays).toEqual([1_500, 1_500]);
  ws.close();
  await runner.advanceTimersByTimeAsync(1);
  expect([ws.state, runner.getTimerCount()]).toEqual(["closed", 0]);
  silent.mockRestore();
});
