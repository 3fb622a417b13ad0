/**
 * Hints about the network: dials early when it comes back, probes when the host wakes.
 *
 * @module
 */

import type { Client } from "../client/client.ts";
import type { DoorFeature, Feature } from "../client/feature.ts";
import { drawn } from "../client/verdict.ts";
import type { Hint } from "../machine/state.ts";
import { hintCells } from "../machine/hint_cells.ts";
import { type Connectivity, type ConnectivityHint, type Page, sinceMs } from "../sources.ts";

/** Follows the hints of a source, by default the browser's. */
export function connectivity(source: Connectivity | null = platformConnectivity()): Feature {
  if (!source) return PLAIN;
  const feature: DoorFeature = {
    ...PLAIN,
    isPlain: false,
    listenToNetwork(client): void {
      client.releases = client.releases.concat(
        source.subscribe((given) => hint(client, given)) || [],
      );
    },
  };
  return feature;
}

/** Shared by all clients without a source of hints. */
const PLAIN: DoorFeature = { kind: "connectivity", isPlain: true, hintCells, hint: followHint };

/** A hint that came during an attempt is given again. */
function followHint(client: Client, _: unknown, effect: { readonly hint: Hint }): void {
  hint(client, effect.hint);
}

/** A hint, with the times and the draw that decide what follows. */
function hint(client: Client, given: Hint | "offline"): void {
  const { clock } = client.parts;
  client.apply({
    type: "hint",
    hint: given,
    random: drawn(client),
    dialMs: sinceMs(clock, client.current?.dialedAtMs),
    earlyMs: sinceMs(clock, client.earlyAtMs),
  });
}

/**
 * Only browsers know whether they are online and say when a page is shown again
 * (HTML Standard, "Navigator.onLine"); elsewhere there are no hints.
 */
function platformConnectivity(): Connectivity | null {
  const { navigator, document } = globalThis as Page;
  if (typeof navigator?.onLine !== "boolean") return null;
  return {
    get online(): boolean {
      return navigator.onLine as boolean;
    },
    subscribe(listener): () => void {
      const controller = new AbortController();
      const on = (target: EventTarget | undefined, type: string, hint: ConnectivityHint): void =>
        target?.addEventListener(type, (event) => {
          // Every page load fires `pageshow`; only one that was kept was away.
          const isNews = type === "pageshow"
            ? (event as Event & { persisted?: boolean }).persisted
            : type !== "visibilitychange" || document?.visibilityState === "visible";
          if (isNews) listener(hint);
        }, { signal: controller.signal });
      on(globalThis, "online", "online");
      on(globalThis, "offline", "offline");
      on(document && globalThis, "pageshow", "wake");
      on(document, "resume", "wake");
      on(document, "visibilitychange", "wake");
      return () => controller.abort();
    },
  };
}
