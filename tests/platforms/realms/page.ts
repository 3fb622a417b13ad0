// A page with a location, then one with a <base> as well.
import { readUrl } from "../../../lib/connection/url.ts";
import { realmInput } from "../realm.ts";
import { refusal } from "../../project/refusal.ts";

const given = await realmInput() as readonly string[];
const read = (url: string): string => refusal(() => readUrl(url)) || readUrl(url);

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

define("location", { href: "https://example.com/app/index.html" });
const byLocation = given.map(read);
define("document", { baseURI: "http://base.example/deep/" });
const byBase = given.map(read);
self.postMessage({ byLocation, byBase });
