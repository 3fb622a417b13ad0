import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { isSequence, readProtocols, readUrl, redact } from "../../lib/connection/url.ts";
import { inRealm } from "../platforms/realm.ts";
import { refusal } from "../project/refusal.ts";

function syntaxError(requirement: string): string {
  return `SyntaxError: Cannot connect as ${requirement}`;
}

const URLS: readonly (readonly [given: unknown, href: string])[] = [
  ["wss://example.com", "wss://example.com/"],
  ["ws://example.com:80/a?b=c", "ws://example.com/a?b=c"],
  ["wss://example.com:443", "wss://example.com/"],
  ["https://example.com/feed", "wss://example.com/feed"],
  ["http://example.com:8080", "ws://example.com:8080/"],
  ["https://example.com:443", "wss://example.com/"],
  ["HTTPS://EXAMPLE.com", "wss://example.com/"],
  ["  wss://example.com/ ", "wss://example.com/"],
  ["wss://user:secret@example.com", "wss://user:secret@example.com/"],
  ["wss://example.com/%23", "wss://example.com/%23"],
  [new URL("https://example.com/feed"), "wss://example.com/feed"],
  [{ toString: () => "wss://example.com" }, "wss://example.com/"],
];

for (const [given, href] of URLS) {
  Deno.test(`readUrl() makes ${href} of ${given} (${typeof given})`, () => {
    assertEquals(readUrl(given), href);
  });
}

const BAD_URLS: readonly (readonly [given: unknown, requirement: string])[] = [
  ["", "the URL must be valid and absolute"],
  ["feed", "the URL must be valid and absolute"],
  ["wss://", "the URL must be valid and absolute"],
  ["wss://example.com:65536", "the URL must be valid and absolute"],
  [null, "the URL must be valid and absolute"],
  ["ftp://example.com", "the scheme must be ws or wss"],
  ["file:///etc", "the scheme must be ws or wss"],
  ["httpss://example.com", "the scheme must be ws or wss"],
  ["data:,ws", "the scheme must be ws or wss"],
  ["javascript:ws", "the scheme must be ws or wss"],
  ["wss://example.com/#part", "the URL must have no fragment"],
  ["wss://example.com/#", "the URL must have no fragment"],
  ["https://example.com/#part", "the URL must have no fragment"],
];

for (const [given, requirement] of BAD_URLS) {
  Deno.test(`readUrl() refuses ${given} (${typeof given}): ${requirement}`, () => {
    assertEquals(refusal(() => readUrl(given)), syntaxError(requirement));
  });
}

Deno.test("readUrl() lets a function lead from ws to wss, and never back", () => {
  const after = (previous: string, next: string): string =>
    refusal(() => readUrl(next, previous)) || "allowed";
  const downgrade = syntaxError("the URL must stay wss");
  assertEquals(after("wss://a.example/", "ws://a.example/"), downgrade);
  assertEquals(after("wss://a.example/", "http://a.example/"), downgrade);
  assertEquals(after("wss://a.example/", "wss://b.example/"), "allowed");
  assertEquals(after("ws://a.example/", "wss://b.example/"), "allowed");
  assertEquals(after("ws://a.example/", "ws://b.example/"), "allowed");
  assertEquals(after("", "ws://b.example/"), "allowed");
});

Deno.test("readUrl() resolves against the page, with the platform's scheme", async () => {
  const given = ["feed", "/feed", "?a=1", "//other.example/x", "", "ws://plain.example"];
  assertEquals(await inRealm("page", given), {
    byLocation: [
      "wss://example.com/app/feed",
      "wss://example.com/feed",
      "wss://example.com/app/index.html?a=1",
      "wss://other.example/x",
      "wss://example.com/app/index.html",
      "ws://plain.example/",
    ],
    byBase: [
      "ws://base.example/deep/feed",
      "ws://base.example/feed",
      "ws://base.example/deep/?a=1",
      "ws://other.example/x",
      "ws://base.example/deep/",
      "ws://plain.example/",
    ],
  });
});

for (const version of ["0.81.5", "0.86.3"]) {
  Deno.test(`readUrl() keeps an absolute URL as it is under React Native ${version}`, async () => {
    assertEquals(await inRealm("react_native_url", version), {
      "wss://example.com": "wss://example.com/",
      "wss://example.com:8080": "wss://example.com:8080/",
      "wss://example.com/": "wss://example.com/",
      "wss://example.com/feed": "wss://example.com/feed",
      "wss://example.com/feed/": "wss://example.com/feed/",
      "wss://example.com/a/b": "wss://example.com/a/b",
      "wss://example.com?token=1": "wss://example.com?token=1",
      "wss://example.com/feed?to=ws://a/b": "wss://example.com/feed?to=ws://a/b",
      "http://example.com/feed": "ws://example.com/feed",
      "wss://user:p@ss@example.com/feed": "wss://user:p@ss@example.com/feed",
      "wss://example.com#part": syntaxError("the URL must have no fragment"),
      "wss://example.com/feed#part": syntaxError("the URL must have no fragment"),
      "feed": "ws://localhost:8081/feed",
      "/feed?to=ws://a/b": "ws://localhost:8081/feed?to=ws://a/b",
    });
  });
}

Deno.test("readUrl() resolves what only holds a URL", async () => {
  const { byLocation } = await inRealm("page", ["feed?to=ws://a.example/b", "a://b"]) as {
    byLocation: string[];
  };
  assertEquals(byLocation, [
    "wss://example.com/app/feed?to=ws://a.example/b",
    syntaxError("the scheme must be ws or wss"),
  ]);
});

Deno.test("readProtocols() makes a list of strings, as Web IDL does", () => {
  const given = [undefined, "chat", [], ["chat", "v2.1"], new Set(["chat"]), null, 5, [5]];
  assertEquals(given.map((value) => refusal(() => readProtocols(value)) || readProtocols(value)), [
    [],
    ["chat"],
    [],
    ["chat", "v2.1"],
    ["chat"],
    ["null"],
    ["5"],
    ["5"],
  ]);
});

Deno.test("readProtocols() gives a list of its own", () => {
  const given = ["chat"];
  const read = readProtocols(given);
  given.push("no token");
  assertEquals(read, ["chat"]);
});

Deno.test("readProtocols() refuses a protocol that comes twice", () => {
  const message = syntaxError("subprotocols must be unique HTTP tokens");
  assertEquals(refusal(() => readProtocols(["a", "b", "a"])), message);
  assertEquals(refusal(() => readProtocols(["chat", "cHat"])), message);
});

Deno.test("readProtocols() throws a TypeError for a symbol", () => {
  assertThrows(() => readProtocols(Symbol()), TypeError);
  assertThrows(() => readProtocols([Symbol()]), TypeError);
});

Deno.test("isSequence() is true for what can be iterated and is no string", () => {
  const sequences = [[], new Set(), new Map(), new Uint8Array(), [].values()];
  const others = ["text", "", new Date(), {}, null, undefined, 5, () => [], Symbol()];
  assertEquals([sequences.every(isSequence), others.some(isSequence)], [true, false]);
});

/** RFC 9110 section 5.6.2, as it lists them. */
const TCHAR = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function takesTokensOnly(read: (value: unknown) => unknown): fc.IProperty<unknown> {
  const nearly = fc.string({ unit: fc.constantFrom(...TCHAR, ...' ,;:@()[]{}<>/?=\\"\t\n\x7Fé') });
  return fc.property(fc.oneof(nearly, fc.string()), (protocol) => {
    const isToken = protocol !== "" && [...protocol].every((char) => TCHAR.includes(char));
    assertEquals(refusal(() => read(protocol)) === "", isToken, JSON.stringify(protocol));
  });
}

Deno.test("readProtocols() takes the tokens of HTTP, and nothing else", () => {
  fc.assert(takesTokensOnly(readProtocols), { numRuns: 3_000 });
  for (const char of TCHAR) assertEquals(readProtocols(char), [char]);
  for (let code = 0; code < 256; code++) {
    const char = String.fromCharCode(code);
    assertEquals(refusal(() => readProtocols(char)) === "", TCHAR.includes(char), `${code}`);
  }
});

const WRONG_TOKENS: Record<string, RegExp> = {
  "a range too wide": /^[!-~]+$/,
  "the empty string": /^[\w!#$%&'*+.^`|~-]*$/,
  "a trailing line": /^[\w!#$%&'*+.^`|~-]+$/m,
};

for (const [what, pattern] of Object.entries(WRONG_TOKENS)) {
  Deno.test(`readProtocols() property finds a planted bug: ${what}`, () => {
    const wrong = (value: unknown): void => {
      if (!pattern.test(String(value))) throw new Error();
    };
    assert(fc.check(takesTokensOnly(wrong), { numRuns: 3_000 }).failed);
  });
}

Deno.test("readUrl() and readProtocols() never tell what they refuse: it may be a secret", () => {
  const secret = "wss://user:hunter2@example.com/#hunter2";
  const told = [
    refusal(() => readUrl(secret)),
    refusal(() => readUrl("hunter2")),
    refusal(() => readUrl("hunter2://example.com")),
    refusal(() => readProtocols("hunter2 hunter2")),
  ];
  assertEquals(told.filter((message) => message === "" || message.includes("hunter2")), []);
});

Deno.test("redact() leaves what may be logged", () => {
  assertEquals(
    redact("wss://user:secret@example.com:8443/rooms/1?token=secret#secret"),
    "wss://example.com:8443/rooms/1",
  );
  assertEquals(redact("ws://[::1]:8080/a@b//c@d"), "ws://[::1]:8080/a@b//c@d");
});

Deno.test("redact() hides what a platform's URL did not percent-encode", () => {
  assertEquals(redact("wss://me:p@ss@example.com/feed?a\ntoken"), "wss://example.com/feed");
  assertEquals(redact("wss://example.com?to=me@example.org"), "wss://example.com");
});

function hides(hide: (href: string) => string): fc.IProperty<unknown> {
  const text = fc.string({ unit: fc.oneof(fc.constantFrom(..."@/?#:%\\ \n"), fc.string()) });
  return fc.property(fc.tuple(text, text, text, text), ([user, password, path, query]) => {
    const url = new URL("wss://example.com:8080/");
    Object.assign(url, { username: user, password, pathname: path, search: query });
    assertEquals(hide(url.href), `wss://${url.host}${url.pathname}`);
  });
}

Deno.test("redact() hides credentials and query of any URL", () => {
  fc.assert(hides(redact));
});

const MISREDACTIONS: Record<string, (href: string) => string> = {
  "only the query is hidden": (href) => href.split("?", 1)[0] ?? "",
  "an @ in the path ends the credentials": (href) =>
    href.replace(/^(wss?:\/\/)(?:.*@)?([^?#]*).*/, "$1$2"),
};

for (const [what, hide] of Object.entries(MISREDACTIONS)) {
  Deno.test(`redact() property finds a planted bug: ${what}`, () => {
    assert(fc.check(hides(hide), { numRuns: 1_000 }).failed);
  });
}

Deno.test("readUrl() refuses undefined, which a page would resolve to a neighbour", () => {
  assertThrows(() => readUrl(undefined), TypeError, "Cannot connect as there must be a URL");
});
