import { assertEquals } from "@std/assert";
import { compare, flawOf } from "./transcripts.ts";

const TRANSCRIPT = ["# one", "0 dials", "5 open", "# two", "0 dials", "# the end"];

function changed(line: number, ...lines: readonly string[]): string[] {
  return TRANSCRIPT.toSpliced(line, 1, ...lines);
}

Deno.test("compare() passes every section of equal transcripts", () => {
  assertEquals(compare(TRANSCRIPT, [...TRANSCRIPT]), [
    { name: "one", ok: true },
    { name: "two", ok: true },
  ]);
});

Deno.test("compare() finds an event at another time", () => {
  assertEquals(compare(TRANSCRIPT, changed(2, "6 open")), [
    { name: "one", ok: false, error: "line 1: expected '5 open', got '6 open'" },
    { name: "two", ok: true },
  ]);
});

Deno.test("compare() finds an event too many and one too few", () => {
  const more = { name: "one", ok: false, error: "line 2: expected 'undefined', got '6 close'" };
  const less = { name: "one", ok: false, error: "line 1: expected '5 open', got 'undefined'" };
  assertEquals(compare(TRANSCRIPT, changed(2, "5 open", "6 close"))[0], more);
  assertEquals(compare(TRANSCRIPT, changed(2))[0], less);
});

Deno.test("compare() finds a section that one of them lacks", () => {
  const missing = { name: "two", ok: false, error: "only one of them has it" };
  const without = TRANSCRIPT.toSpliced(3, 2);
  assertEquals(compare(TRANSCRIPT, without)[1], missing);
  assertEquals(compare(without, TRANSCRIPT)[1], missing);
});

Deno.test("flawOf() finds none in a transcript with its end", () => {
  assertEquals(flawOf(TRANSCRIPT), null);
});

Deno.test("flawOf() finds an end in silence, and one with an error", () => {
  assertEquals(flawOf([]), "it stops after ''");
  assertEquals(flawOf(["# the end"]), "it stops after '# the end'");
  assertEquals(flawOf(TRANSCRIPT.slice(0, -1)), "it stops after '0 dials'");
  const threw = ["# threw TypeError: x", "TypeError: x", "    at main"];
  assertEquals(flawOf([...TRANSCRIPT.slice(0, 2), ...threw]), threw.join("\n"));
});
