/**
 * A client in a state that a library watches: Vue and MobX make proxies of plain objects, and must leave it
 * as it is, since private fields are not seen through a proxy.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { run } from "../../packaging/command.ts";
import { row, type Rows, type Stage } from "../rows.ts";
import { modulesOf, nodeOf } from "../runtimes/runners.ts";
import { createProject } from "./project.ts";

const modules = modulesOf("react");
const node = nodeOf("node-24");

const STATES = [
  ...["reactive", "ref", "shallowRef"],
  ...["observable", "observable.box", "observable.map", "makeAutoObservable"],
];

async function checkObserved(stage: Stage): Promise<string> {
  const project = await createProject(stage, ["observed.mjs"], modules);
  const { output } = await run([node, "observed.mjs"], { cwd: project });
  const life = [true, "queued", "welcome", true, "closing"];
  assertEquals(JSON.parse(output), Object.fromEntries(STATES.map((name) => [name, life])));
  return `the same client, and its life, in ${STATES.length} kinds of state of Vue and MobX`;
}

/** The row. */
export const observed: Rows = {
  "observed": row(
    checkObserved,
    [node, `${modules}/vue/package.json`, `${modules}/mobx/package.json`],
    "node-24 react",
  ),
};
