/** The page: buttons and keys, the timeline, the charts. */
import { additiveJitter, fullJitter, windowedBackoff } from "@holdfast/websocket/backoff";
import type { TraceRecord } from "@holdfast/websocket/trace";
import { drawRates, topOf } from "./chart.ts";
import { Fleet } from "./fleet.ts";
import { type Entry, replayFile, toEntry } from "./timeline.ts";
import { type Mode, World } from "./world.ts";

const FLEET_SIZE = 1_000;
/** A page in the background gets no frames; it goes on from where it was. */
const MAX_FRAME_MS = 250;
const MAX_ENTRIES = 400;
const SEED = 1;

const POLICIES = [
  ["The default: windowed", windowedBackoff],
  ["Full jitter", fullJitter],
  ["The naive formula", additiveJitter],
] as const;

function find<T extends Element>(selector: string): T {
  const element = document.querySelector<T>(selector);
  if (!element) throw new Error(`Cannot run as the page must have ${selector}`);
  return element;
}

const timeline = find<HTMLElement>("#timeline");
const banner = find<HTMLElement>("#banner");
let records: TraceRecord[] = [];
let world = startWorld();
let fleets = startFleets();

function startWorld(): World {
  records = [];
  timeline.replaceChildren();
  return new World(SEED, (record) => {
    records.push(record);
    const entry = toEntry(record, 0);
    if (entry) show(entry);
  });
}

function startFleets(): readonly Fleet[] {
  return POLICIES.map(([, policy]) => new Fleet(policy(), FLEET_SIZE, SEED));
}

function element(name: string, text: string, className = ""): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function show({ atMs, attempt, reason, text, tone }: Entry): void {
  const line = document.createElement("li");
  const what = document.createElement("div");
  what.append(element("span", `attempt ${attempt}: ${text}`, tone), element("small", reason));
  line.append(element("time", seconds(atMs)), what);
  timeline.prepend(line);
  while (timeline.childElementCount > MAX_ENTRIES) timeline.lastElementChild?.remove();
}

function setMode(mode: Mode): void {
  world.mode = mode;
  find<HTMLInputElement>(`input[value="${mode}"]`).checked = true;
}

function loseAll(): void {
  for (const fleet of fleets) fleet.lose();
}

const ACTIONS: Readonly<Record<string, () => void>> = {
  kill(): void {
    world.kill();
    loseAll();
  },
  outage(): void {
    setMode("refuses");
    world.kill();
    loseAll();
  },
  freeze: () => world.freeze(),
  restart(): void {
    world.close(1012, "restarting");
    loseAll();
  },
  revoke: () => world.close(4403, "forbidden"),
  sleep: () => world.sleep(60_000),
  recover: () => setMode("up"),
  online: () => world.hint("online"),
  offline: () => world.hint("offline"),
  send: () => world.send(),
  retry: () => world.retry(),
  anew(): void {
    world.end();
    const { mode } = world;
    world = startWorld();
    fleets = startFleets();
    setMode(mode);
  },
  save(): void {
    const text = records.map((record) => `${JSON.stringify(record)}\n`).join("");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/jsonl" }));
    link.download = "trace.jsonl";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
  },
};

function listen(): void {
  const keys = new Map<string, HTMLButtonElement>();
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-do]")) {
    button.addEventListener("click", () => ACTIONS[button.dataset["do"] ?? ""]?.());
    const key = button.querySelector("kbd")?.textContent?.toLowerCase();
    if (key) keys.set(key, button);
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLSelectElement) return;
    keys.get(event.key.toLowerCase())?.click();
  });
  for (const radio of document.querySelectorAll<HTMLInputElement>("input[name=mode]")) {
    radio.addEventListener("change", () => world.mode = radio.value as Mode);
  }
  const file = find<HTMLInputElement>("#file");
  file.addEventListener("change", () => void replayBlob(file.files?.[0]));
  for (const name of ["dragover", "dragleave", "drop"] as const) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      document.body.classList.toggle("dragged", name === "dragover");
      if (name === "drop") void replayBlob(event.dataTransfer?.files[0]);
    });
  }
}

/** Shows a recorded trace in place of what the client here does; time stands still meanwhile. */
async function replayBlob(file: File | undefined): Promise<void> {
  if (!file) return;
  const said = find<HTMLElement>("#replayed");
  try {
    const { difference, entries } = replayFile(await file.text());
    find<HTMLSelectElement>("#speed").value = "0";
    timeline.replaceChildren();
    for (const entry of entries) show(entry);
    said.textContent = difference === null
      ? `${file.name}: every decision would be the same today. "Start anew" goes back to the client.`
      : `${file.name}: decided otherwise today. ${difference.slice(0, 300)}`;
  } catch {
    said.textContent = `${file.name} is no trace.`;
  }
}

const charts = POLICIES.map(([title]) => {
  const figure = document.createElement("figure");
  const canvas = document.createElement("canvas");
  const caption = document.createElement("figcaption");
  canvas.setAttribute("role", "img");
  figure.append(element("h3", title), canvas, caption);
  find("#charts").append(figure);
  return { canvas, caption };
});

function draw(): void {
  const { attempt, connections, isOver, queuedBytes, received, sent, state, waitMs } = world.status;
  banner.dataset["state"] = state;
  put("#state", state);
  put(
    "#detail",
    waitMs !== null
      ? `attempt ${attempt} in ${seconds(waitMs)}`
      : isOver
      ? "for good; Start anew makes a new client"
      : state === "connecting"
      ? `attempt ${attempt}`
      : "",
  );
  put("#now", `${seconds(world.nowMs)} have passed`);
  const figures = { connections, sent, received, "bytes queued": queuedBytes };
  const list = find("#figures");
  if (list.childElementCount === 0) {
    for (const name of Object.keys(figures)) list.append(element("dt", name), element("dd", ""));
  }
  Object.values(figures).forEach((value, index) => {
    const cell = list.querySelectorAll("dd")[index];
    if (cell && cell.textContent !== `${value}`) cell.textContent = `${value}`;
  });
  const rates = fleets.map((fleet) => fleet.rates);
  const top = topOf(Math.max(...rates.flat()));
  charts.forEach(({ canvas, caption }, index) => {
    const [fleet, own = []] = [fleets[index], rates[index]];
    if (!fleet) return;
    drawRates(canvas, own, top);
    const now = own.at(-1) === 1 ? "1 attempt" : `${own.at(-1)} attempts`;
    const text = `${fleet.open} of ${fleet.size} connected; ${now} this second, ` +
      `${Math.max(...own)} in the worst one that is shown`;
    if (caption.textContent !== text) caption.textContent = text;
    canvas.setAttribute("aria-label", text);
  });
}

function put(selector: string, text: string): void {
  const place = find(selector);
  if (place.textContent !== text) place.textContent = text;
}

let lastMs = performance.now();

function frame(nowMs: number): void {
  const speed = Number(find<HTMLSelectElement>("#speed").value);
  const ms = Math.min(MAX_FRAME_MS, Math.max(0, nowMs - lastMs)) * speed;
  lastMs = nowMs;
  world.advance(ms);
  for (const fleet of fleets) fleet.advance(world.nowMs, world.mode);
  draw();
  requestAnimationFrame(frame);
}

listen();
requestAnimationFrame(frame);
