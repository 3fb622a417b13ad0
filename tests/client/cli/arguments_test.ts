import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { type Command, FLAGS, readArguments } from "../../../lib/cli/arguments.ts";
import { USAGE, VERSION } from "../../../lib/cli/usage.ts";

const WATCH = {
  type: "watch",
  url: "wss://example.com/",
  protocols: [],
  headers: {},
  heartbeat: null,
  maxAttempts: Infinity,
  count: Infinity,
  isJson: false,
  trace: null,
} as const;

function urlOf(text: string): unknown {
  const command = readArguments([text]);
  return command.type === "watch" ? command.url : command;
}

function misuse(...args: readonly string[]): string {
  const command = readArguments(args);
  return command.type === "misuse" ? command.message : `no misuse: ${JSON.stringify(command)}`;
}

Deno.test("readArguments() watches a URL with the defaults", () => {
  assertEquals(readArguments(["wss://example.com"]), WATCH);
  assertEquals(readArguments(["watch", "wss://example.com"]), WATCH);
});

Deno.test("readArguments() reads every flag of watch", () => {
  const args = [
    ...["--json", "--heartbeat=ping", "--heartbeat-interval", "5s", "--heartbeat-timeout=500ms"],
    ...["--protocol", "a", "--protocol=b", "--header", "X-Key: v: w", "-H", "x-key: 2"],
    ...["--max-attempts", "3", "--count=2", "--trace", "out.jsonl", "--", "example.com"],
  ];
  assertEquals(readArguments(args), {
    ...WATCH,
    protocols: ["a", "b"],
    headers: { "x-key": "v: w, 2" },
    heartbeat: { message: "ping", intervalMs: 5_000, timeoutMs: 500 },
    maxAttempts: 3,
    count: 2,
    isJson: true,
    trace: "out.jsonl",
  });
});

Deno.test("readArguments() completes a URL without a scheme: this machine has no certificate", () => {
  assertEquals(
    ["localhost:8080", "127.0.0.1/x", "[::1]:1", "app.localhost", "example.com:1/a?b", "http://h"]
      .map(urlOf),
    [
      "ws://localhost:8080/",
      "ws://127.0.0.1/x",
      "ws://[::1]:1/",
      "ws://app.localhost/",
      "wss://example.com:1/a?b",
      "ws://h/",
    ],
  );
  assertEquals(urlOf("localhost.example.com"), "wss://localhost.example.com/");
});

Deno.test("readArguments() reads replay and chaos", () => {
  assertEquals(readArguments(["replay", "t", "--emit-test"]), {
    type: "replay",
    file: "t",
    test: "",
  });
  assertEquals(readArguments(["replay", "t"]), { type: "replay", file: "t", test: null });
  assertEquals(readArguments(["chaos", "--listen", "[::1]:80", "--to=localhost:1", "--script=s"]), {
    ...{ type: "chaos", host: "::1", port: 80, to: "ws://localhost:1/", script: "s" },
  });
  assertEquals(readArguments(["chaos", "--listen", "0", "--to", "wss://h/p"]), {
    ...{ type: "chaos", host: "127.0.0.1", port: 0, to: "wss://h/p", script: null },
  });
});

Deno.test("readArguments() suggests the flag and the command that were meant", () => {
  assertEquals(
    misuse("--jsn", "h"),
    "Cannot watch as there is no flag '--jsn'; did you mean '--json'?",
  );
  assertEquals(
    misuse("h", "--max-attempt=3"),
    "Cannot watch as there is no flag '--max-attempt'; did you mean '--max-attempts'?",
  );
  assertEquals(misuse("-x", "h"), "Cannot watch as there is no flag '-x'");
  assertEquals(misuse("chaso"), "Cannot watch as 'chaso' is no URL; did you mean 'chaos'?");
  assertEquals(misuse("relay"), "Cannot watch as 'relay' is no URL; did you mean 'replay'?");
});

Deno.test("readArguments() says what is wrong, and no secret", () => {
  const wrong: readonly (readonly [readonly string[], string])[] = [
    [[], "Cannot watch without a URL"],
    [["a.b", "c.d"], "Cannot watch more than one URL"],
    [["ftp://h?token=s"], "Cannot watch as the scheme of the URL must be ws or wss"],
    [["ws://h/#s"], "Cannot watch as the URL must have no fragment (#...)"],
    [["ws://"], "Cannot watch as the URL must be a URL such as wss://host/path"],
    [["h.de", "--constructor"], "Cannot watch as there is no flag '--constructor'"],
    [["h.de", "--__proto__=1"], "Cannot watch as there is no flag '--__proto__'"],
    [["h.de", "--json=1"], "Cannot watch as '--json' must have no value"],
    [["h.de", "--trace"], "Cannot watch as '--trace' must have a value"],
    [
      ["h.de", "--header", "secret"],
      "Cannot watch as '--header' must be 'Name: value', on one line",
    ],
    [
      ["h.de", "--header", "a: secret\r\nb: c"],
      "Cannot watch as '--header' must be 'Name: value', on one line",
    ],
    [
      ["h.de", "--count", "0"],
      "Cannot watch as '--count' must be a whole number, at least 1: current value is 0",
    ],
    [
      ["h.de", "--max-attempts", "\u001b[2J"],
      "Cannot watch as '--max-attempts' must be a whole number, at least 0: current value is \\u001b[2J",
    ],
    [
      ["h.de", "--heartbeat", "--heartbeat-interval", "0"],
      "Cannot watch as '--heartbeat-interval' must be a duration such as 5s or 500ms: current value is 0",
    ],
    [
      ["h.de", "--heartbeat-timeout", "1"],
      "Cannot watch as '--heartbeat-timeout' must be given with '--heartbeat'",
    ],
    [["replay"], "Cannot replay without a file"],
    [["chaos", "--listen", "1"], "Cannot chaos as '--to' must be given"],
    [
      ["chaos", "--listen", "65536", "--to", "h.de"],
      "Cannot chaos as '--listen' must be PORT or HOST:PORT: current value is 65536",
    ],
    [["chaos", "x"], "Cannot chaos as the arguments must be flags: current value is x"],
  ];
  for (const [args, message] of wrong) assertEquals(misuse(...args), message);
});

/** Arguments, likely and unlikely. */
const argument = fc.oneof(
  fc.constantFrom(
    ...Object.values(FLAGS).flatMap((flags) => Object.keys(flags)).map((name) => `--${name}`),
    ...["watch", "replay", "chaos", "--", "-", "-h", "__proto__", "--__proto__", "--constructor=1"],
    ...["wss://h", "localhost:1", "a: b", "5s", "0", "=", "--=", "--="],
  ),
  fc.webUrl(),
  fc.string({ unit: "binary" }),
  fc.string().map((text) => `--${text}`),
);

Deno.test("readArguments() makes a command or a reason of any arguments", () => {
  const types: readonly Command["type"][] = [
    ...["watch", "replay", "chaos", "help", "version", "misuse"] as const,
  ];
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 6 }), (args) => {
      const command = readArguments(args);
      assert(types.includes(command.type));
      if (command.type !== "misuse") return;
      assertMatch(command.message, /^Cannot (watch|replay|chaos) .*[^.]$/);
      // deno-lint-ignore no-control-regex -- what could drive a terminal
      assertEquals(/[\u0000-\u001f\u007f-\u009f]/.test(command.message), false);
    }),
  );
});

Deno.test("the help names every flag, and fits an ordinary terminal", () => {
  for (const topic of Object.keys(FLAGS) as (keyof typeof FLAGS)[]) {
    const help = USAGE[topic];
    const absent = Object.keys(FLAGS[topic]).filter((name) => !help.includes(`--${name}`));
    assertEquals(absent, [], topic);
    assertEquals(help.split("\n").filter((line) => line.length > 100), []);
    assertEquals(readArguments([topic, "--help"]), { type: "help", topic });
  }
});

Deno.test("VERSION is the version of the package", async () => {
  const config = await Deno.readTextFile(new URL("../../../deno.json", import.meta.url));
  assertEquals(VERSION, JSON.parse(config).version);
});
