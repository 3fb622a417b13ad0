import type { Doors, Parts } from "../../lib/client/feature.ts";
import { partsOf } from "../../lib/client/parts.ts";
import { readArguments } from "../../lib/client/settings.ts";
import type { Config } from "../../lib/machine/state.ts";

/** The numbers of a client, of either class, that was given no options. */
export const DEFAULT_CONFIG: Config = {
  maxAttempts: Infinity,
  maxDelayMs: 60_000,
  initialDelayMs: 1_000,
  connectTimeoutMs: 10_000,
  stableAfterMs: 5_000,
  closeTimeoutMs: 3_000,
  pauses: false,
  handshake: false,
  heartbeat: null,
};

/** What the full class is made of, given these arguments. */
export function partsGiven(url: unknown, second?: unknown, third?: unknown): Parts {
  return partsOf(...readArguments(url, second, third));
}

/** The doors that stay empty unless an option fills them. */
const OPTIONAL: readonly (keyof Doors)[] = [
  "resolve",
  "handshake",
  "probe",
  "takes",
  "signal",
  "listenToSignal",
  "listenToNetwork",
  "trace",
  "redact",
];

/** Which of them are filled. */
export function filled({ doors }: Parts): string[] {
  return OPTIONAL.filter((door) => doors[door] !== undefined);
}
