// React Native's URL, as far as it differs: it parses nothing, and appends to the text.
import { readUrl } from "../../../lib/connection/url.ts";
import { realmInput } from "../realm.ts";
import { refusal } from "../../project/refusal.ts";

const version = await realmInput();

/** Whether it takes a text for absolute: it knows no ws and wss. */
const isAbsolute = (text: string): boolean => /^((https?|ftp):)?\/\/\w/.test(text);

/** Whether it appends a slash. */
function endsBare(text: string): boolean {
  if (/[?#]|\/$/.test(text)) return false;
  return version === "0.81.5" || /^\w+:\/\/[^/]+$/.test(text);
}

class ReactNativeURL {
  readonly href: string;

  constructor(given: string, base?: string) {
    if (base === undefined || isAbsolute(given)) {
      const text = given.replace(/^(\w+:\/\/[^/#]*)#/, "$1/#");
      this.href = endsBare(text) ? `${text}/` : text;
    } else this.href = base.replace(/\/$/, "") + given.replace(/^\/?/, "/");
  }
}

Reflect.set(globalThis, "URL", ReactNativeURL);
// Development tools add one.
Object.defineProperty(globalThis, "location", { value: { href: "http://localhost:8081/" } });

const GIVEN = [
  "wss://example.com",
  "wss://example.com:8080",
  "wss://example.com/",
  "wss://example.com/feed",
  "wss://example.com/feed/",
  "wss://example.com/a/b",
  "wss://example.com?token=1",
  "wss://example.com/feed?to=ws://a/b",
  "http://example.com/feed",
  "wss://user:p@ss@example.com/feed",
  "wss://example.com#part",
  "wss://example.com/feed#part",
  "feed",
  "/feed?to=ws://a/b",
];
const read = (given: string): string => refusal(() => readUrl(given)) || readUrl(given);
self.postMessage(Object.fromEntries(GIVEN.map((given) => [given, read(given)])));
