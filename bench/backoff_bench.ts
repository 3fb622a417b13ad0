import { additiveJitter, fullJitter, windowedBackoff } from "../lib/backoff.ts";

const policies = {
  "windowed, first attempt": [windowedBackoff(), { attempt: 1, waitedMs: 0, previousDelayMs: 0 }],
  "windowed, after a minute": [
    windowedBackoff(),
    { attempt: 6, waitedMs: 60_000, previousDelayMs: 30_000 },
  ],
  // Its window is found in closed form: a week is no dearer than a minute.
  "windowed, after a week": [
    windowedBackoff(),
    { attempt: 20_000, waitedMs: 604_800_000, previousDelayMs: 55_000 },
  ],
  additive: [additiveJitter(), { attempt: 6, waitedMs: 60_000, previousDelayMs: 30_000 }],
  full: [fullJitter(), { attempt: 6, waitedMs: 60_000, previousDelayMs: 30_000 }],
} as const;

for (const [name, [policy, context]] of Object.entries(policies)) {
  Deno.bench({ name, group: "backoff" }, () => {
    policy({ ...context, random: Math.random() });
  });
}
