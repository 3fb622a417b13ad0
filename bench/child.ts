/**
 * The process of one contestant: `child.ts MEASUREMENT CONTESTANT PORT` prints its figures as JSON.
 */

import type { Connect } from "./connection.ts";
import { loaders, type Name } from "./contestants.ts";
import * as lifecycle from "./measure/lifecycle.ts";
import * as messages from "./measure/messages.ts";
import * as network from "./measure/network.ts";
import { engine, type Figures } from "./measure/tools.ts";

/** All measurements by name. */
const measurements: Record<
  string,
  (connect: Connect, port: number) => Figures | Promise<Figures>
> = {
  ...messages,
  ...lifecycle,
  ...network,
  designs: messages.receive,
  designsAmongOthers: messages.receiveAmongOthers,
};

const [name = "", contestant = "", port] = engine.process.argv.slice(2);
const measure = measurements[name];
if (!measure) throw new Error(`Cannot measure as there is no such measurement: ${name}`);
const connect: Connect = await loaders[contestant as Name]();
console.log(JSON.stringify(await measure(connect, Number(port))));
// Some contestants keep timers for seconds after `close()`.
engine.process.exit(0);
