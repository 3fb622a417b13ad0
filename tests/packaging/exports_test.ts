import { assertEquals } from "@std/assert";
import { inRealm } from "../platforms/realm.ts";

interface Exports {
  /** Names that exist at run time. */
  readonly values: string;
  /** Names that only the compiler knows. */
  readonly types: string;
}

/** Everything that a release promises to keep. */
const EXPORTS: Readonly<Record<string, Exports>> = {
  "mod.ts": {
    values: "ReconnectingWebSocket ReconnectingWebSocketError",
    types: "Backoff BackoffContext BackoffOptions ClientEventTarget Clock ConnectContext " +
      "ConnectionState Connectivity ConnectivityHint Ending Failure Handler Handshake HandshakeLink " +
      "HandshakeResult HeartbeatOptions Listener ListenerOptions OtherEventType Overflow PauseOptions PlatformEventTarget Provider ProviderFunction " +
      "ReconnectingCloseEvent " +
      "ReconnectingDropEvent ReconnectingErrorEvent ReconnectingOpenEvent ReconnectingRetryEvent " +
      "ReconnectingStateChangeEvent ReconnectingWebSocketErrorCode ReconnectingWebSocketEventMap " +
      "ReconnectingWebSocketOptions RetryDecision SendOptions SendQueueOptions Shortened Sources Status TimingOptions TraceRecord " +
      "WebSocketConstructor WebSocketData WebSocketLike",
  },
  "lib/core.ts": {
    values:
      "ReconnectingWebSocket ReconnectingWebSocketError abort connectivity handshake heartbeat " +
      "openedOf pause pausing provider queue resume retry status statusOf trace",
    types: "Backoff BackoffContext BackoffOptions ClientEventTarget Clock ConnectContext " +
      "ConnectionState Connectivity ConnectivityHint CoreOptions Ending Failure Feature Handler " +
      "Handshake HandshakeLink HandshakeResult HeartbeatOptions Listener ListenerOptions OtherEventType Overflow " +
      "PauseOptions PlatformEventTarget Provider ProviderFunction ReconnectingCloseEvent ReconnectingDropEvent " +
      "ReconnectingErrorEvent ReconnectingOpenEvent ReconnectingRetryEvent " +
      "ReconnectingStateChangeEvent ReconnectingWebSocketErrorCode ReconnectingWebSocketEventMap " +
      "RetryDecision SendOptions SendQueueOptions Shortened Sources Status TimingOptions TraceRecord WebSocketConstructor " +
      "WebSocketData WebSocketLike",
  },
  "lib/backoff.ts": {
    values: "additiveJitter constantBackoff decorrelatedJitter equalJitter fullJitter " +
      "windowedBackoff",
    types: "AdditiveJitterOptions Backoff BackoffContext BackoffOptions",
  },
  "lib/trace.ts": {
    values: "consoleTrace formatTrace",
    types: "ConsoleTraceOptions TraceRecord",
  },
  "lib/testing/mod.ts": {
    values: "FakeClock FakeNetwork FaultScript fakeWorld replay seededRandom",
    types: "AcceptOptions AnswerOptions Clock Connectivity ConnectivityHint FakeConnection " +
      "FakeMessage FakeMessageInit FakeNetworkOptions FakeWorld FakeWorldOptions FaultMoment " +
      "FaultWindow PendingTimer RunUntilOptions RuntimeProfile Sources TraceRecord " +
      "WebSocketConstructor WebSocketLike",
  },
  "lib/streams.ts": {
    values: "messages streams",
    types: "CollectOptions MessageOverflow MessageSource MessagesOptions SchemaLike SchemaResult " +
      "StreamPair StreamSource StreamsOptions WebSocketData",
  },
  "lib/preflight.ts": {
    values: "preflight",
    types: "ConnectContext Failure Preflight PreflightError PreflightOptions PreflightRequest " +
      "PreflightResponse Provider ProviderFunction ReconnectingWebSocketError " +
      "ReconnectingWebSocketErrorCode RetryDecision",
  },
  "lib/wait.ts": {
    values: "flushed whenOpen",
    types: "ReconnectingWebSocket WaitOptions",
  },
  "lib/hidden.ts": {
    values: "pauseWhileHidden",
    types: "Clock HiddenOptions HiddenSources PageTarget PausableClient Release",
  },
  "lib/react.ts": {
    values: "createHooks",
    types: "Clock ConnectContext Hooks ReactLike ReconnectingWebSocket " +
      "ReconnectingWebSocketOptions Status StatusSource UseWebSocketOptions WebSocketData",
  },
  "lib/cli/main.ts": { values: "main", types: "" },
  "lib/resume/mod.ts": {
    values: "ResumableWebSocket",
    types:
      "LostReason ResumableWebSocketEventMap ResumableWebSocketOptions SessionHeartbeatOptions " +
      "SessionLoss SessionLostEvent Snapshot",
  },
  "lib/resume/web_storage.ts": {
    values: "webStorage",
    types: "KeptClient KeptSession SessionLocks SessionStorage WebStorageOptions",
  },
  "lib/resume/server/mod.ts": {
    values: "ResumeServer follows memoryStore",
    types: "Change Committed Delivery EndReason Grave HeaderReader LostReason Opened " +
      "ResumeServerOptions ServerConnection ServerSources Session SessionHandlers SessionStore " +
      "ShutdownOptions StoreHello Stored Transport Upgrade WebSocketData",
  },
  "lib/resume/adapters/deno.ts": { values: "serveDeno", types: "" },
  "lib/resume/adapters/bun.ts": {
    values: "bunHandlers",
    types: "BunData BunHandlers BunSocket BunUpgrader",
  },
  "lib/resume/adapters/ws.ts": {
    values: "acceptWs wsOptions",
    types: "AcceptWsOptions WsOptions WsRequest WsSocket",
  },
  "lib/resume/adapters/durable_object.ts": { values: "serveDurableObject", types: "" },
  "lib/resume/stores/sql.ts": { values: "sqlStore", types: "SqlDatabase SqlStoreOptions SqlValue" },
  "lib/resume/stores/redis.ts": {
    values: "redisStore",
    types: "RedisClient RedisStore RedisStoreOptions",
  },
};

interface Documentation {
  readonly nodes: Readonly<Record<string, { readonly symbols: readonly { name: string }[] }>>;
}

/** All names that `deno doc` finds exported, in order. */
async function namesOf(module: string): Promise<readonly string[]> {
  const { href } = new URL(`../../${module}`, import.meta.url);
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["doc", "--json", href] })
    .output();
  const { nodes }: Documentation = JSON.parse(new TextDecoder().decode(stdout));
  return nodes[href]?.symbols.map(({ name }) => name).sort() ?? [];
}

function words(text: string): readonly string[] {
  return text.split(" ").filter(Boolean);
}

for (const [module, { values, types }] of Object.entries(EXPORTS)) {
  Deno.test(`${module} exports what is public, and nothing else`, async () => {
    assertEquals(await namesOf(module), [...words(values), ...words(types)].sort());
  });
}

Deno.test("deno.json has an entry point for each of the public modules, and no other", async () => {
  const config = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assertEquals(Object.values(config.exports), Object.keys(EXPORTS).map((path) => `./${path}`));
});

const imported = await inRealm("import_only") as Record<string, unknown>;

Deno.test("The entry points export these values at run time", () => {
  const values = Object.values(EXPORTS).map((names) => words(names.values));
  assertEquals(imported["values"], values);
});

Deno.test("Importing every entry point has no side effect", () => {
  assertEquals(imported["uses"], []);
  assertEquals(imported["isUnchanged"], true);
});

Deno.test("The traps for side effects of an import catch those of a client", () => {
  assertEquals(imported["usesOfAClient"], [
    "AbortController",
    "Event",
    "EventTarget",
    "queueMicrotask",
  ]);
});
