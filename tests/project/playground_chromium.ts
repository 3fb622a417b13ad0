/**
 * The playground in Chromium: by keys and by buttons, in dark and light, on a telephone, with a trace
 * that is dropped on it. `deno run -A tests/project/playground_chromium.ts FOLDER` keeps the pictures.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { servePlayground } from "../../examples/playground/server.ts";
import { openPage, type Page } from "./devtools.ts";

async function press(page: Page, key: string): Promise<void> {
  await page.call("Input.dispatchKeyEvent", { type: "keyDown", key, text: key });
  await page.call("Input.dispatchKeyEvent", { type: "keyUp", key });
}

async function show(page: Page, width: number, height: number, scheme: string): Promise<void> {
  const mobile = width < 600;
  await page.call("Emulation.setDeviceMetricsOverride", {
    ...{ width, height, mobile, deviceScaleFactor: mobile ? 2 : 1 },
  });
  const features = [{ name: "prefers-color-scheme", value: scheme }];
  await page.call("Emulation.setEmulatedMedia", { features });
}

/** Nothing sticks out, and what is pressed with a finger is large enough for one. */
async function assertFits(page: Page): Promise<void> {
  await page.until("document.readyState === 'complete'");
  assertEquals(
    await page.evaluate("document.documentElement.scrollWidth <= innerWidth"),
    true,
    "the page is wider than the screen",
  );
  const small = await page.evaluate(
    `[...document.querySelectorAll("button")].filter((it) => it.offsetHeight < 40).length`,
  );
  assertEquals(small, 0, "buttons that are too small");
}

/** Contrast of text and its ground, by WCAG 2. */
const CONTRAST = `(() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map((it) => it / 255)
      .map((it) => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = light(getComputedStyle(document.querySelector("section")).backgroundColor);
  const texts = document.querySelectorAll("h2, dt, #timeline time, #timeline span, #timeline small");
  return Math.min(...[...texts].map((it) => {
    const own = light(getComputedStyle(it).color);
    return (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
  }));
})()`;

const text = (selector: string): string => `document.querySelector("${selector}").textContent`;

/** The row; keeps pictures in a folder if one is given. */
export async function checkPlayground(folder?: string): Promise<string> {
  await using server = await servePlayground(0);
  await using page = await openPage(`http://127.0.0.1:${server.addr.port}/`);
  const keep = async (name: string): Promise<void> => {
    const picture = await page.screenshot();
    if (folder) await Deno.writeFile(`${folder}/playground-${name}.png`, picture);
  };
  await show(page, 1_200, 1_150, "light");
  await page.until(`${text("#state")} === "open"`);
  await page.evaluate(`document.querySelector("#speed").value = "20"`);
  await press(page, "o");
  await page.until(`${text("#state")} === "waiting"`);
  await page.until(`parseFloat(${text("#now")}) > 50`);
  await keep("light");
  assert(await page.evaluate(CONTRAST) as number >= 4.5, "contrast in the light");
  await press(page, "b");
  await page.until(`${text("#state")} === "open"`);
  await page.until(`/^1000 of 1000/.test(${text("figcaption")})`);
  await show(page, 1_200, 1_150, "dark");
  assert(await page.evaluate(CONTRAST) as number >= 4.5, "contrast in the dark");
  await keep("dark");
  await assertFits(page);
  await show(page, 390, 844, "light");
  await assertFits(page);
  await keep("phone");
  await checkKeyboard(page);
  await checkTrace(page);
  assertEquals(page.errors, []);
  const { product } = await page.call("Browser.getVersion");
  return `${product}: keys, dark, light, 390 px, a dropped trace`;
}

/** Tab leads to every control, and Enter presses it. */
async function checkKeyboard(page: Page): Promise<void> {
  await page.evaluate(`document.querySelector('[data-do="revoke"]').focus()`);
  await press(page, "\r");
  await page.until(`${text("#state")} === "closed"`);
  assertMatch(`${await page.evaluate(text("#timeline li"))}`, /fatal-close.*no retry can help/);
  await press(page, "a");
  await page.until(`${text("#state")} === "open"`);
}

/** A trace that the page itself recorded is dropped on it; a broken one is refused in words. */
async function checkTrace(page: Page): Promise<void> {
  await page.evaluate(`
    const blobs = [];
    const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => (blobs.push(blob), create.call(URL, blob));
    HTMLAnchorElement.prototype.click = () => {};
    document.querySelector('[data-do="save"]').click();
    globalThis.dropText = (text, name) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name));
      document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
    };
    blobs[0].text().then((text) => dropText(text, "own.jsonl"));`);
  await page.until(`/^own.jsonl: every decision would be the same/.test(${text("#replayed")})`);
  assertMatch(`${await page.evaluate(text("#timeline"))}`, /connecting to wss:\/\/server.example/);
  await page.evaluate(`dropText("nonsense", "broken.txt")`);
  await page.until(`${text("#replayed")} === "broken.txt is no trace."`);
}

if (import.meta.main) console.log(await checkPlayground(Deno.args[0]));
