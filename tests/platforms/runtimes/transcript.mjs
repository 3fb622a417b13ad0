// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Hermes once it is lowered
/**
 * A program for any engine: plays every schedule, and prints what the client's user and its servers
 * saw, each line with its virtual time. No real time passes and no socket is opened, so that two
 * engines must print the same.
 *
 * @module
 */
import * as client from "@holdfast/websocket";
import * as core from "@holdfast/websocket/core";
import { fakeWorld, FaultScript, replay } from "@holdfast/websocket/testing";
import { compositionsOf } from "./compositions.mjs";
import { randomSchedule, schedules } from "./schedules.mjs";

/** The full class, and the client of parts with all of them. */
const [FULL, , PARTS] = compositionsOf({});

/** How many schedules by chance are played beside those with a name. */
const BY_CHANCE = 100;
const EVENTS = {
  statechange: ({ previous, state }) => `${previous} -> ${state}`,
  open: ({ attempt, reconnected }) => `#${attempt} ${reconnected ? "again" : "first"}`,
  message: ({ data, origin }) => `${show(data)} ${origin}`,
  error: ({ error }) => describe(error),
  close: ({ code, reason, wasClean, willRetry, error }) =>
    `${code} '${reason}' clean ${wasClean} retry ${willRetry} ${describe(error)}`,
  retry: ({ attempt, delayMs, error }) => `#${attempt} in ${delayMs} ${describe(error)}`,
  drop: ({ data, error }) => `${show(data)} ${describe(error)}`,
};

function describe(error) {
  if (!error) return "-";
  const { name, code, attempt, message, cause } = error;
  return `${name} ${code} #${attempt} '${message}' cause ${cause?.code ?? cause?.message ?? "-"}`;
}

function show(data) {
  if (typeof data === "string") return JSON.stringify(data);
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
    return `bytes ${Array.from(new Uint8Array(data.buffer ?? data)).join(",")}`;
  }
  return `${data}`;
}

/** Everything that can be seen of one client, from its making to an hour after its end. */
async function play({
  composition = FULL,
  seed = 1,
  runtime = "browser",
  url = "wss://example.com/feed",
  options = {},
  story,
  acts = {},
  listen = () => {},
  lastsMs = 10_000,
}) {
  const lines = [];
  const { clock, network, sources } = fakeWorld({ seed, runtime });
  const say = (...words) => lines.push([clock.elapsedMs, ...words].join(" "));
  story(new FaultScript()).play(network);
  network.onDial((connection) => {
    say("dials", connection.url, connection.protocols.join(","));
    connection.onReceive((data) => say("the server receives", show(data)));
  });
  const records = [];
  const trace = (record) => records.push(record);
  const { ReconnectingWebSocket } = composition.clientOf({ ...client, core });
  const given = composition.argumentsOf({ core }, url, { ...options, sources, trace });
  const ws = new ReconnectingWebSocket(...given);
  for (const type of Object.keys(EVENTS)) {
    ws.addEventListener(type, (event) => {
      const isItself = event.target === ws && event.currentTarget === ws && event.type === type;
      say(
        type,
        ws.readyState,
        ws.bufferedAmount,
        EVENTS[type](event),
        isItself ? "" : "BY ANOTHER",
      );
    });
  }
  listen(ws);
  const opened = ws.opened ?? core.openedOf(ws);
  opened.then(() => say("opened"), (error) => say("never opened", error.name));
  for (const [ms, act] of Object.entries(acts)) {
    clock.plan(() => say("acts", `${act(ws)}`), Number(ms));
  }
  await clock.tickAsync(lastsMs);
  ws.close();
  await clock.tickAsync(3_600_000);
  const { code, reason, wasClean, error, undelivered } = await ws.closed;
  say("over", code, reason, wasClean, describe(error), undelivered.map(show).join());
  say("left", ws.readyState, clock.pending.length, network.hintListeners);
  replay(JSON.parse(JSON.stringify(records)));
  say("replayed", records.length);
  return lines;
}

/** Prints a transcript of all, a section each; the last line says that nothing is missing. */
async function main() {
  const byChance = Array.from({ length: BY_CHANCE }, (_, seed) => randomSchedule(seed));
  const onParts = schedules.map((schedule) => ({
    ...schedule,
    composition: PARTS,
    name: schedule.name + PARTS.label,
  }));
  for (const schedule of [...schedules, ...onParts, ...byChance]) {
    console.log(`# ${schedule.name}`);
    for (const line of await play(schedule)) console.log(line);
  }
  console.log("# the end");
}

// An engine may say nothing of a rejection and exit with 0.
main().catch((error) => console.log(`# threw ${error?.name}: ${error?.message}\n${error?.stack}`));
