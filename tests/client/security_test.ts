import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { replay } from "../../lib/testing/mod.ts";
import { formatTrace } from "../../lib/trace.ts";
import type { TraceRecord } from "../../mod.ts";
import { openRig, rig, type RigOptions } from "./rig.ts";

/** Everything that the client writes or says: trace records, readable lines, texts of errors. */
async function said(
  secret: string,
  change: (record: TraceRecord) => TraceRecord,
): Promise<string[]> {
  const records: TraceRecord[] = [];
  const texts: string[] = [];
  const url = `wss://${secret}:${secret}@example.com/feed?token=${secret}`;
  const stories: RigOptions[] = [
    { url, protocols: [secret] },
    { url: () => url, protocols: () => secret },
    { url: () => Promise.reject(new Error(url)) },
    { url: () => `${url}#${secret}` },
    { url: () => `ftp://${secret}` },
    { url, handshake: () => Promise.reject(new Error(secret)) },
    { url, shouldRetry: () => secret as unknown as boolean },
    {
      url,
      shouldRetry: () => {
        throw new Error(secret);
      },
    },
    { url, backoff: () => secret as unknown as number },
    { url, heartbeat: { message: secret, isReply: (data) => data === secret } },
  ];
  for (const story of stories) {
    const it = rig({ ...story, maxAttempts: 1, trace: (record) => records.push(change(record)) });
    it.ws.addEventListener("error", ({ error }) => texts.push(String(error), error.stack ?? ""));
    it.ws.send(secret);
    await it.clock.tickAsync(0);
    it.network.connections.at(-1)?.accept();
    await it.clock.tickAsync(30_000);
    it.network.connections.at(-1)?.drop();
    await it.clock.tickAsync(60_000);
    it.ws.close();
  }
  for (const wrong of [`ftp://${url}`, `${url}#${secret}`, secret]) {
    try {
      rig({ url: wrong });
    } catch (error) {
      texts.push(String(error));
    }
  }
  return [
    ...records.map((it) => JSON.stringify(it)),
    ...records.map((it) => `${formatTrace(it)}`),
    ...texts,
  ];
}

/** Secrets of letters, so that no escaping hides them. */
const secrets = fc.stringMatching(/^[a-z]{12}$/).map((text) => `q${text}z`);

function keepsSecrets(change: (record: TraceRecord) => TraceRecord): fc.IAsyncProperty<unknown> {
  return fc.asyncProperty(secrets, async (secret) => {
    assertEquals((await said(secret, change)).filter((text) => text.includes(secret)), []);
  });
}

Deno.test("traces and error texts never hold credentials, query, fragment, protocols or data", async () => {
  await fc.assert(keepsSecrets((record) => record), { numRuns: 20 });
});

Deno.test("traces keeping secrets finds a planted bug: the whole URL is traced", async () => {
  const leak = (record: TraceRecord): TraceRecord =>
    record.input["type"] === "resolved"
      ? { ...record, input: { ...record.input, url: `${record.input["url"]}?token=qabcz` } }
      : record;
  const property = fc.asyncProperty(fc.constant("qabcz"), async (secret) => {
    assertEquals((await said(secret, leak)).filter((text) => text.includes(secret)), []);
  });
  assert((await fc.check(property)).failed);
});

Deno.test("trace tells where it connects, without what may be secret", () => {
  const lines: (string | null)[] = [];
  rig({
    url: "wss://user:pass@example.com:8443/feed?token=1",
    trace: (record) => lines.push(formatTrace(record)),
  });
  assertEquals(lines.filter(Boolean), ["#0 connecting to wss://example.com:8443/feed"]);
});

Deno.test("trace escapes and cuts what a server says, so that it can forge no line", () => {
  const line = (reason: string): unknown => {
    const lines: (string | null)[] = [];
    const it = openRig({ trace: (record) => lines.push(formatTrace(record)) });
    it.server.close(4_000, reason);
    return lines.at(-1);
  };
  const wait = "#1 waiting 1.5 s after a clean close";
  assertEquals(
    line("a\n#2 open\u001b[2J\u009b\u2028"),
    `${wait} (4000 "a\\n#2 open\\u001b[2J\\u009b\\u2028")`,
  );
  assertEquals(line("x".repeat(500)), `${wait} (4000 "${"x".repeat(123)}"...)`);
});

Deno.test("trace has one record for each attempt, result, delay and end, in order", async () => {
  const lines: (string | null)[] = [];
  const records: TraceRecord[] = [];
  const it = rig({
    trace: (record) => {
      records.push(record);
      lines.push(formatTrace(record));
    },
  });
  it.server.refuse();
  it.clock.tick(1_500);
  it.server.accept();
  it.clock.tick(5_000);
  it.network.offline();
  it.server.close(1012, "restart");
  it.network.online();
  it.clock.tick(17_500);
  it.ws.reconnect();
  it.server.accept();
  it.ws.close(1000);
  await it.clock.tickAsync(0);
  assertEquals(lines.filter(Boolean), [
    "#0 connecting to wss://example.com/feed",
    "#1 waiting 1.5 s after connect-failed (1006)",
    "#1 connecting to wss://example.com/feed",
    "#1 open",
    "#0 stable: counters reset",
    "#0 hint: offline",
    '#1 waiting 17.5 s by close-code after a clean close (1012 "restart")',
    "#1 hint: online",
    "#1 connecting to wss://example.com/feed",
    "#0 reconnecting at once",
    "#0 connecting to wss://example.com/feed",
    "#0 open",
    "#0 closing (1000)",
    "#0 closed: done (1000)",
  ]);
  assertEquals(
    records.map(({ before }) => before).slice(1),
    records.map(({ after }) => after).slice(0, -1),
  );
  replay(records);
});

Deno.test("trace records are plain data that can be cloned and kept", () => {
  const records: TraceRecord[] = [];
  const { server, clock } = rig({ trace: (record) => records.push(record) });
  server.refuse();
  clock.tick(1_500);
  // start, resolved, error, lost, timer, resolved
  assertEquals(records.length, 6);
  assertEquals(structuredClone(records), records);
});
