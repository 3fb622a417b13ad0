/** What the engine answers to an upgrade request. */

import { assertEquals } from "@std/assert";
import { ResumeServer } from "../../../lib/resume/server/mod.ts";

const HEADERS = {
  "sec-websocket-protocol": "other, resume.v1+chat, resume.v1",
  host: "example.com",
};

for (
  const [what, headers, options, expected] of [
    ["chooses the first that it speaks", {}, {}, "resume.v1+chat"],
    ["chooses among the application's", {}, { protocols: ["news"] }, "resume.v1"],
    ["refuses what it does not speak", { "sec-websocket-protocol": "other" }, {}, 400],
    ["refuses who offers nothing", { "sec-websocket-protocol": undefined }, {}, 400],
    [
      "takes a page of another host without a cookie",
      { origin: "https://evil.test" },
      {},
      "resume.v1+chat",
    ],
    ["refuses it with one", { origin: "https://evil.test", cookie: "a=b" }, {}, 403],
    ["refuses a page without an origin with one", { origin: "null", cookie: "a=b" }, {}, 403],
    [
      "refuses it where no host is said",
      { origin: "null", cookie: "a=b", host: undefined },
      {},
      403,
    ],
    [
      "refuses a page whose host only ends as its own",
      { origin: "https://evil-example.com", cookie: "a=b" },
      {},
      403,
    ],
    [
      "takes a page of its host with one",
      { origin: "https://example.com", cookie: "a=b" },
      {},
      "resume.v1+chat",
    ],
    [
      "lets the application decide",
      { origin: "https://example.com" },
      { allowOrigin: () => false },
      403,
    ],
  ] as const
) {
  Deno.test(`ResumeServer.upgrade() ${what}`, () => {
    const given: Readonly<Record<string, string | undefined>> = { ...HEADERS, ...headers };
    const server = new ResumeServer({ session: () => ({}), ...options });
    const upgrade = server.upgrade((name) => given[name]);
    assertEquals(upgrade.protocol ?? (upgrade as { status: number }).status, expected);
  });
}

Deno.test("ResumeServer.upgrade() refuses a page of which 'allowOrigin' throws, and reports it", () => {
  const errors: unknown[] = [];
  const server = new ResumeServer({
    session: () => ({}),
    allowOrigin: (origin) => new URL(origin).hostname === "example.com",
    onError: (error) => void errors.push(error),
  });
  // What a sandboxed frame says.
  const given: Readonly<Record<string, string>> = { ...HEADERS, origin: "null" };
  assertEquals(server.upgrade((name) => given[name]), {
    status: 403,
    message: "This origin may not connect",
  });
  assertEquals(errors.map((error) => (error as Error).name), ["TypeError"]);
});
