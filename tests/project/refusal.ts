/**
 * What a call throws, in the words that a user reads.
 *
 * @module
 */

/** What a call throws, as one line; "" if nothing. */
export function refusal(call: () => unknown): string {
  try {
    call();
    return "";
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
}

export function refused(
  name: string,
  requirement: string,
  current: string,
  kind = "TypeError",
): string {
  return `${kind}: Cannot create a ReconnectingWebSocket as ${name} must be ${requirement}: ` +
    `current value is ${current}`;
}

/** How a value is shown, in which only primitives are told. */
export function shown(value: unknown): string {
  return Object(value) === value ? `of type ${typeof value}` : String(value);
}
