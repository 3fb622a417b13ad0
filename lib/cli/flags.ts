/**
 * Reads flags: `--name`, `--name=value`, `--name value`, `--` before what only looks like one.
 *
 * @module
 */

import { nearest, printable } from "./words.ts";

/** Whether a flag takes a value: never, always, or only after an equals sign. */
export type Arity = "none" | "value" | "optional";

/** The flags of one command. */
export type Flags = Readonly<Record<string, Arity>>;

/** What was given: the values of each flag in their order (`""` for none), and all the rest. */
export interface Given {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly rest: readonly string[];
}

/** The command line is wrong; the message says how. */
export class Misuse extends Error {}

/** Short forms. */
const SHORT: Readonly<Record<string, string>> = { "-h": "--help", "-H": "--header" };

/**
 * Splits arguments into flags and the rest.
 *
 * @throws {Misuse} An unknown flag, a value too many or too few.
 */
export function readFlags(action: string, args: readonly string[], flags: Flags): Given {
  const values = new Map<string, string[]>();
  const rest: string[] = [];
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === "--") {
      rest.push(...queue);
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      rest.push(arg);
      continue;
    }
    const long = Object.hasOwn(SHORT, arg) ? SHORT[arg] ?? arg : arg;
    const [, name = long, value] = /^--([^=]*)=([^]*)$/.exec(long) ?? [, long.replace(/^-+/, "")];
    const arity = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (arity === undefined) throw new Misuse(unknownFlag(action, arg, name, flags));
    if (arity === "none" && value !== undefined) {
      throw new Misuse(`Cannot ${action} as '--${name}' must have no value`);
    }
    const given = value ?? (arity === "value" ? queue.shift() : "");
    if (given === undefined) throw new Misuse(`Cannot ${action} as '--${name}' must have a value`);
    values.set(name, [...values.get(name) ?? [], given]);
  }
  return { values, rest };
}

function unknownFlag(action: string, arg: string, name: string, flags: Flags): string {
  const guess = nearest(name, Object.keys(flags));
  const hint = guess === undefined ? "" : `; did you mean '--${guess}'?`;
  const flag = printable(arg.replace(/=[^]*$/, ""));
  return `Cannot ${action} as there is no flag '${flag}'${hint}`;
}
