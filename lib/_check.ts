/**
 * Validation, shared by the delay policies, the client's options and what hooks answer. Not an entry point.
 *
 * @module
 */

/** The longest delay that every platform's timer keeps: above it, most fire at once. */
export const MAX_DELAY_MS = 2 ** 31 - 1;

/** Whether it is a number that can be compared: NaN cannot. */
export function isNumber(value: unknown): value is number {
  return typeof value === "number" && !Number.isNaN(value);
}

/**
 * Checks that `value` is a number from `min` to `max`, both included; NaN never is.
 *
 * @param action What fails otherwise, to complete "Cannot ...".
 * @param name The option's name, as its user wrote it.
 * @param max The longest delay, unless given; pass `Infinity` to allow that.
 * @throws {TypeError} `value` is not a number.
 * @throws {RangeError} `value` is NaN, or outside the range.
 */
export function checkNumber(
  action: string,
  name: string,
  value: unknown,
  min: number,
  max: number = MAX_DELAY_MS,
): void {
  const isNumber = typeof value === "number";
  if (isNumber && value >= min && value <= max) return;
  throw new (isNumber ? RangeError : TypeError)(
    `Cannot ${action} as '${name}' must be between ${min} and ${max}: current value is ${
      // Of another type only the type is shown: the string "5000" would read like the number.
      isNumber ? value : `of type ${typeof value}`}`,
  );
}

/** What fails where an option of a client is wrong. */
const ACTION = "create a ReconnectingWebSocket";

/** An absent bag of options; it inherits nothing either. */
export const NOTHING: object = { __proto__: null };

/** Copies the own properties of `bag`: the copy inherits nothing from a polluted `Object.prototype`. */
export function own<T extends object>(what: string, bag: T | undefined): T {
  if (bag === undefined) return NOTHING as T;
  check(typeof bag === "object" && bag !== null, `'${what}'`, "an object", bag);
  return { __proto__: null, ...bag };
}

/** What an option may be: a number in a range, or what a function makes of it, which throws otherwise. */
export type Rule<T> =
  | readonly [min: number, max?: number]
  | ((value: Exclude<T, undefined>, name: string) => T);

/** A rule for each option of a bag: one that is new to the type, and has none, does not compile. */
export type Rules<T> = { readonly [name in keyof Required<T>]: Rule<T[name]> };

/** A copy of a bag of options, each checked; a name that is none must not vanish silently. */
export function read<T extends object>(what: string, given: T | undefined, rules: Rules<T>): T {
  const bag = own(what, given);
  for (const name of Object.keys(bag) as (keyof T & string)[]) {
    if (!Object.keys(rules).includes(name)) {
      throw new TypeError(`Cannot ${ACTION} as '${what}' has no '${name}'`);
    }
    const { [name]: rule } = rules;
    const path = what === "options" ? name : `${what}.${name}`;
    const value = bag[name] as Exclude<T[typeof name], undefined>;
    if (value === undefined) continue;
    bag[name] = typeof rule === "function" ? rule(value, path) : inRange(value, path, rule);
  }
  return bag;
}

/** Checks a number by its rule. */
export function inRange<T>(
  value: T,
  name: string,
  [min, max]: readonly [min: number, max?: number],
): T {
  checkNumber(ACTION, name, value, min, max);
  return value;
}

/** A rule: any value. */
export function anything<T>(value: T): T {
  return value;
}

/** A rule: a function. */
export function aFunction<T>(value: T, name: string): T {
  check(typeof value === "function", `'${name}'`, "a function", value);
  return value;
}

/** Checks anything else. */
export function check(
  ok: boolean,
  what: string,
  requirement: string,
  value: unknown,
): asserts ok {
  if (ok) return;
  const current = Object(value) === value ? `of type ${typeof value}` : String(value);
  throw new TypeError(
    `Cannot ${ACTION} as ${what} must be ${requirement}: current value is ${current}`,
  );
}
