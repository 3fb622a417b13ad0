/**
 * Judges many seeds, in this thread or in workers.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { generate } from "./generate.ts";
import { judge } from "./judge.ts";
import { rejections, watchUncaught } from "./run.ts";

/** A share of the seeds. */
export interface Batch {
  readonly seed: number;
  readonly runs: number;
}

/** What came of it, up to the first violation. */
export interface Report {
  readonly runs: number;
  readonly inputs: number;
  readonly events: number;
  readonly failure: Failure | null;
}

/** A seed whose schedule shows a violation. */
export interface Failure {
  readonly seed: number;
  readonly violation: string;
}

/** Every 20th seed is played twice, to see that it does the same. */
export function isTwice(seed: number): boolean {
  return seed % 20 === 0;
}

/** Judges a batch, one seed after the other. Call {@linkcode watchUncaught} before. */
export async function judgeBatch({ seed, runs }: Batch): Promise<Report> {
  const report = { runs: 0, inputs: 0, events: 0 };
  for (let current = seed; current < seed + runs; current++) {
    const { violation, inputs, events } = await judge(generate(current), {
      isTwice: isTwice(current),
    });
    report.runs++;
    report.inputs += inputs;
    report.events += events;
    if (violation) return { ...report, failure: { seed: current, violation } };
  }
  await turnOfEventLoop();
  if (rejections.length === 0) return { ...report, failure: null };
  return { ...report, failure: await findRejection({ seed, runs }) };
}

/** Whether playing the lines leaves a rejection that nobody handles. */
export async function rejectionOf(lines: readonly string[]): Promise<string | null> {
  rejections.length = 0;
  await judge(lines, { isTwice: false });
  await turnOfEventLoop();
  return rejections.length > 0 ? `guarantee 16: unhandled rejection ${rejections.pop()}` : null;
}

async function findRejection({ seed, runs }: Batch): Promise<Failure> {
  const [reason] = rejections;
  for (let current = seed; current < seed + runs; current++) {
    const violation = await rejectionOf(generate(current));
    if (violation) return { seed: current, violation };
  }
  return { seed, violation: `guarantee 16: unhandled rejection ${reason}, of no seed alone` };
}

/** The platform only tells then which rejections nobody handled. */
function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Makes this thread a worker: it answers each batch with a report. */
export function serve(): void {
  watchUncaught();
  Error.stackTraceLimit = 0;
  const scope = globalThis as unknown as {
    onmessage: (event: MessageEvent<Batch>) => void;
    postMessage(report: Report): void;
  };
  scope.onmessage = async ({ data }) => scope.postMessage(await judgeBatch(data));
}
