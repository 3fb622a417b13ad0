/**
 * What a client is made of, from the arguments of the client of parts.
 *
 * @module
 */

import { platformClock, platformWebSocket, type Sources } from "../sources.ts";
import type { DoorFeature, Doors, Feature, Parts } from "./feature.ts";
import { timingOf, type TimingOptions } from "./timing.ts";

/** Options of a client of parts; they are not checked. */
export interface CoreOptions extends TimingOptions {
  /** Subprotocols. */
  readonly protocols?: readonly string[];
  /** `queue()`, `heartbeat()`, ...; the order has no meaning, and of two of one kind the later one counts. */
  readonly use?: readonly Feature[];
  /** Everything impure, for tests and for other WebSocket classes. */
  readonly sources?: Partial<Pick<Sources, "WebSocket" | "clock" | "random">>;
}

/** What is always there, and the doors that the features fill. */
export function partsOf(url: string | Feature, options: CoreOptions): Parts {
  const { protocols = [], sources = {}, use = [] } = options;
  const { clock = platformClock, random = Math.random, WebSocket = platformWebSocket() } = sources;
  const { backoff, numbers } = timingOf(options);
  const doors = doorsOf(typeof url === "string" ? use : [...use, url]);
  const { heartbeat = null, pauses = false, runsHandshake = false } = doors;
  return {
    doors,
    url: typeof url === "string" ? url : doors.url ?? "",
    protocols,
    config: shared("config", {
      ...numbers,
      pauses,
      handshake: runsHandshake,
      heartbeat,
    }),
    backoff,
    WebSocket,
    clock,
    random,
  };
}

function doorsOf(use: readonly DoorFeature[]): Doors {
  // Without a prototype: a polluted one fills no door.
  const kinds = Object.create(null);
  for (const feature of use) kinds[feature.kind] = feature;
  let doors: Doors = {};
  // Spread, as an assignment may meet a polluted setter.
  for (const feature of Object.values<DoorFeature>(kinds)) doors = { ...doors, ...feature };
  // Made without a prototype, it would be a dictionary, three times as large.
  Object.setPrototypeOf(doors, null);
  return use.every(({ isPlain }) => isPlain) ? shared("doors", doors) : doors;
}

/** Most clients are made alike: they share what does not differ from the client made before. */
const before: { doors?: object; config?: object; limits?: object } = {};

/** What was made before, if it is the same; nothing of a user's, which would be kept alive. */
export function shared<T extends object>(what: keyof typeof before, made: T): T {
  const old = before[what] as T | undefined;
  const names = Object.keys(made) as (keyof T)[];
  const isSame = old && Object.keys(old).length === names.length &&
    names.every((name) => old[name] === made[name]);
  if (isSame) return old;
  before[what] = made;
  return made;
}
