/**
 * Uses the package on the platforms that people build on: `deno run -A tests/platforms/frameworks/run.ts
 * [NAME...]`. Prints one row a platform; exit code 1 if one failed, or, with CI=true, if what it needs
 * is missing.
 *
 * @module
 */

import { runWays } from "../../packaging/rows.ts";
import { edgeRuntime } from "./edge_runtime.ts";
import { nextJs } from "./next.ts";
import { teardown } from "./teardown.ts";
import { testRunners } from "./test_runners.ts";
import { workers } from "./workers.ts";
import { zones } from "./zone.ts";

if (import.meta.main) {
  Deno.exit(
    await runWays(
      { ...zones, ...edgeRuntime, ...workers, ...testRunners, ...teardown, ...nextJs },
      Deno.args,
    ),
  );
}
