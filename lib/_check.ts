/**
 * Validation of numbers, shared by the delay policies and the client's options. Not an entry point.
 *
 * @module
 */

/** The longest delay that every platform's timer keeps: above it, most fire at once. */
export const MAX_DELAY_MS = 2 ** 31 - 1;

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
  const start = `Cannot ${action} as '${name}' must be `;
  if (typeof value !== "number") {
    // The type, not the value: "5000" would read like the number, and not every object has a string.
    throw new TypeError(
      `${start}a number: current value is of type ${value === null ? value : typeof value}`,
    );
  }
  if (!(value >= min && value <= max)) {
    throw new RangeError(`${start}between ${min} and ${max}: current value is ${value}`);
  }
  return value;
}
