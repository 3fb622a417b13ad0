import type { Doors, Parts } from "../../lib/client/feature.ts";
import { partsOf } from "../../lib/client/parts.ts";
import { readArguments } from "../../lib/client/settings.ts";

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
