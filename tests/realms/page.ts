// A page with a location, then one with a <base> as well.
import { readUrl } from "../../lib/target.ts";

const GIVEN = ["feed", "/feed", "?a=1", "//other.example/x", "", "ws://plain.example"];

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

define("location", { href: "https://example.com/app/index.html" });
const byLocation = GIVEN.map((url) => readUrl(url));
define("document", { baseURI: "http://base.example/deep/" });
const byBase = GIVEN.map((url) => readUrl(url));
self.postMessage({ byLocation, byBase });
