import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { describeFault, parseFault, parseScript } from "../../../lib/cli/chaos_script.ts";
import { Misuse } from "../../../lib/cli/flags.ts";
import { formatJson, isJson } from "../../../lib/cli/json.ts";
import { painter, widthOf } from "../../../lib/cli/paint.ts";
import { edit, LineReader } from "../../../lib/cli/screen.ts";
import { showMessage } from "../../../lib/cli/show.ts";
import { formatDuration, nearest, parseDuration, printable } from "../../../lib/cli/words.ts";

const plain = painter(false);
const layout = { columns: 60, paint: plain };
// deno-lint-ignore no-control-regex -- what could drive a terminal or forge a line
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

Deno.test("parseDuration() reads units, takes a bare number for seconds, and refuses the rest", () => {
  assertEquals(
    ["500ms", "5s", "1.5m", "2", "0", "0.5", "596h", "597h", "", "-1s", "5 s", "s", "1e3", "١s"]
      .map(parseDuration),
    [500, 5_000, 90_000, 2_000, 0, 500, 2_145_600_000, ...Array(7).fill(null)],
  );
});

Deno.test("formatDuration() gives the precision that people want", () => {
  assertEquals(
    [0, 999, 1_000, 9_949, 9_950, 59_499, 59_500, 3_599_499, 3_600_000].map(formatDuration),
    ["0 ms", "999 ms", "1.0 s", "9.9 s", "10 s", "59 s", "1 min 0 s", "59 min 59 s", "1 h 0 min"],
  );
});

Deno.test("nearest() finds slips of the finger, and no other word", () => {
  const known = ["json", "header", "heartbeat"];
  assertEquals(
    ["jsno", "jso", "hedaer", "heart", "x", "js", "watch", ""].map((word) => nearest(word, known)),
    ["json", "json", "header", "heartbeat", undefined, undefined, undefined, undefined],
  );
});

Deno.test("formatJson() lays out what does not fit on a line, and keeps what a parser would change", () => {
  const text = '{"a":12345678901234567890,"a":1.0,"list":[1,{}, []],"text":"\\u00e9 \\" : {"}';
  assertEquals(
    formatJson(text, 100, plain),
    '{ "a": 12345678901234567890, "a": 1.0, "list": [1, {}, []], "text": "\\u00e9 \\" : {" }',
  );
  assertEquals(
    formatJson(text, 40, plain),
    [
      "{",
      '  "a": 12345678901234567890,',
      '  "a": 1.0,',
      '  "list": [',
      "    1,",
      "    {},",
      "    []",
      "  ],",
      '  "text": "\\u00e9 \\" : {"',
      "}",
    ].join("\n"),
  );
});

Deno.test("formatJson() changes white space only, whatever the width", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.nat(80), (text, width) => {
      if (!isJson(text)) return;
      assertEquals(JSON.parse(formatJson(text, width, plain)), JSON.parse(text));
    }),
  );
});

Deno.test("showMessage() never lets a message drive the terminal, and bounds what it shows", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.json(), fc.uint8Array().map((it) => it.buffer)),
      (data) => {
        const shown = showMessage(data, layout);
        assertEquals(CONTROLS.test(shown), false);
        assert(shown.length <= 40_000);
      },
    ),
  );
  assert(showMessage("\u001b".repeat(100_000), layout).length < 30_000);
  assertEquals(showMessage("", layout), "(empty)");
  assertEquals(showMessage("{no JSON", layout), "{no JSON");
  assertEquals(showMessage(new Uint8Array([7, 8]).subarray(1), layout), "(1 byte) 08");
  assertEquals(showMessage(null, layout), "(0 bytes)");
  assertEquals(showMessage(new Uint8Array(33).buffer, layout), `(33 bytes) ${"00 ".repeat(32)}...`);
});

Deno.test("printable() is what it was for text without controls", () => {
  assertEquals(printable("na\u00efve \u65e5\u672c \u{1f600}"), "na\u00efve \u65e5\u672c \u{1f600}");
  assertEquals(printable("a\tb\n\u202ec\u009b"), "a\\tb\\n\\u202ec\\u009b");
});

Deno.test("widthOf() counts wide characters twice and colours not at all", () => {
  assertEquals([widthOf("abc"), widthOf("\u65e5\u{1f600}"), widthOf(painter(true)("bad", "ab"))], [
    ...[3, 4, 2],
  ]);
});

Deno.test("edit() types, deletes, clears, enters and ends", () => {
  assertEquals(edit("", "ab\u{1f600}\u007fc"), { typed: "abc", lines: [], isEnd: false });
  assertEquals(edit("one two ", "\u0017"), { typed: "one ", lines: [], isEnd: false });
  assertEquals(edit("one", "\u0015x\ry\r\n\n"), { typed: "", lines: ["x", "y", ""], isEnd: false });
  assertEquals(edit("", "a\u001b[A\u001bOP\u001b[3~\tb"), { typed: "ab", lines: [], isEnd: false });
  assertEquals(edit("a", "\u0004b"), { typed: "ab", lines: [], isEnd: false });
  assertEquals(edit("", "\u0004b").isEnd, true);
  assertEquals(edit("a", "b\rc\u0003d"), { typed: "", lines: ["ab"], isEnd: true });
});

Deno.test("LineReader gives the lines of a text, however it is cut into pieces", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[ab\n]*$/)), (pieces) => {
      const reader = new LineReader();
      const lines = [...pieces, null].flatMap((piece) => reader.read(piece));
      const expected = pieces.join("").split("\n");
      if (expected.at(-1) === "") expected.pop();
      assertEquals(lines, expected);
    }),
  );
});

Deno.test("parseScript() reads every fault, in the order of their times", () => {
  const script = `
    # a bad minute
    60s  close 1012 restarting now  # with a reason
    5s   kill
    10s  refuse for 8s
    20s  freeze
    40s  delay 300ms for 10s
    70s  heal
    80s  repeat
    90   end`;
  assertEquals(parseScript(script).map(({ atMs, fault }) => `${atMs} ${describeFault(fault)}`), [
    "5000 kill",
    "10000 refuse for 8 s",
    "20000 freeze",
    "40000 delay 300 ms for 10 s",
    "60000 close 1012 restarting now",
    "70000 heal",
    "80000 repeat",
    "90000 end",
  ]);
});

Deno.test("parseScript() names the line that is wrong, and what is wrong with it", () => {
  const wrong: readonly (readonly [string, string])[] = [
    [
      "5s kill\nsoon kill",
      "Cannot read line 2 of the script as the time must be such as 5s: it is 'soon'",
    ],
    [
      "1s klil",
      "Cannot read line 1 of the script as there is no fault 'klil'; did you mean 'kill'?",
    ],
    ["1s kill now", "Cannot read line 1 of the script as nothing must follow 'kill': it is 'now'"],
    [
      "1s freeze 5s",
      "Cannot read line 1 of the script as 'freeze' must be followed by nothing or 'for 5s': it is '5s'",
    ],
    [
      "1s close 1006",
      "Cannot read line 1 of the script as 'close' must be followed by a code that a close frame may have",
    ],
    [
      `1s close 1000 ${"x".repeat(124)}`,
      "Cannot read line 1 of the script as the reason of 'close' must be at most 123 bytes long",
    ],
    [
      "1s delay soon",
      "Cannot read line 1 of the script as 'delay' must be followed by a duration such as 300ms",
    ],
    ["0s repeat", "Cannot repeat the script as it must take some time"],
  ];
  for (const [script, message] of wrong) assertThrows(() => parseScript(script), Misuse, message);
});

Deno.test("parseFault() makes a fault of any text, or says what is wrong", () => {
  const words = fc.constantFrom(
    "kill",
    "close",
    "1012",
    "freeze",
    "for",
    "5s",
    "delay",
    "heal",
    " ",
  );
  const text = fc.oneof(fc.string(), fc.array(words).map((them) => them.join(" ")));
  fc.assert(fc.property(text, (text) => {
    try {
      parseFault(text);
    } catch (error) {
      assert(error instanceof Misuse);
    }
  }));
});
