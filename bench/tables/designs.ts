import type { BenchFile } from "../results.ts";
import type { Runtime } from "../rows.ts";
import { number } from "./bench.ts";
import { table } from "./markdown.ts";

const DESIGNS = [
  ["inner-event", "the inner event passed on (wrong target; not allowed where it is dispatched)"],
  ["plain-event", "plain `new MessageEvent` + own loop (wrong target)"],
  ["own-class", "**own subclass + own loop: the floor**"],
  ["native-clone", "clone + native `dispatchEvent`"],
  ["set-prototype", "inner event adopted by `Object.setPrototypeOf`"],
  ["define-property", "inner event adopted by `Object.defineProperty`"],
  ["re-parented", "subclass of `Event` under `MessageEvent.prototype` (no real MessageEvent)"],
] as const;
const RUNTIMES: readonly Runtime[] = ["deno", "node", "bun"];

/** Every way to deliver a message, and what our whole client takes. */
export function designTable({ rows }: BenchFile): string {
  const cells = (contestant: string, alone: string, amongOthers: string): string[] =>
    RUNTIMES.flatMap((runtime) =>
      [alone, amongOthers].map((row) =>
        number(
          rows.find((line) =>
            line.row === row && line.runtime === runtime && line.contestant === contestant &&
            line.unit === "x fake"
          )?.ratio,
        )
      )
    );
  return table(
    ["by the fake alone", "Deno", "several", "Node", "several", "Bun", "several"],
    [
      ...DESIGNS.map(([name, title]) => [title, ...cells(name, "designs", "designsAmongOthers")]),
      ["**this client, whole**", ...cells("holdfast", "receive", "receiveAmongOthers")],
      ["rews, whole", ...cells("rews", "receive", "receiveAmongOthers")],
    ],
  );
}
