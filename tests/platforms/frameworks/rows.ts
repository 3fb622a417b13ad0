/**
 * The package in the frameworks, test runners and workers that people build with.
 *
 * @module
 */

import type { Rows } from "../rows.ts";
import { edgeRuntime } from "./edge_runtime.ts";
import { exampleTests } from "./example_tests.ts";
import { forbidden } from "./forbidden.ts";
import { nextJs } from "./next.ts";
import { observed } from "./observed.ts";
import { react } from "./react.ts";
import { reactExample } from "./react_example.ts";
import { recipes } from "./recipes.ts";
import { teardown } from "./teardown.ts";
import { testRunners } from "./test_runners.ts";
import { workers } from "./workers.ts";
import { zones } from "./zone.ts";

/** The rows, by name. */
export const rows: Rows = {
  ...zones,
  ...edgeRuntime,
  ...workers,
  ...forbidden,
  ...testRunners,
  ...exampleTests,
  ...teardown,
  ...nextJs,
  ...react,
  ...reactExample,
  ...recipes,
  ...observed,
};
