/**
 * Validation of numbers, shared by the delay policies, the client's options and what hooks answer. Not an entry point.
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
 * Returns `value` if it is a number from `min` to `max`, both included; NaN never is.
 *
 * @param action What fails otherwise, to complete "Cannot ...".
 * @param name The option's name, as its user wrote it.
 * @param max Pass `Infinity` to allow it.
 * @throws {TypeError} `value` is not a number.
 * @throws {RangeError} `value` is NaN, or outside the range.
 */
export function checkNumber(
  action: string,
  name: string,
  value: unknown,
  min: number,
  max: number,
): number {
  const isNumber = typeof value === "number";
  if (isNumber && value >= min && value <= max) return value;
  // Of another type only the type is told: the string "5000" would read like the number.
  const current = isNumber ? value : `of type ${typeof value}`;
  throw new (isNumber ? RangeError : TypeError)(
    `Cannot ${action} as '${name}' must be between ${min} and ${max}: current value is ${current}`,
  );
}
