// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: a page imports it as it is
/**
 * Small things that observations need.
 *
 * @module
 */

/** The name of what `action` throws, or "nothing". */
export function thrown(action) {
  try {
    action();
    return "nothing";
  } catch (error) {
    return error.name;
  }
}

/** The object in the chain of `holder` that has the property itself. */
export function ownerOf(holder, name) {
  return Object.hasOwn(holder, name) ? holder : ownerOf(Object.getPrototypeOf(holder), name);
}

/** The next event of one of these types. */
export function next(target, ...types) {
  return new Promise((resolve) => {
    const done = (event) => {
      for (const type of types) target.removeEventListener(type, done);
      resolve(event);
    };
    for (const type of types) target.addEventListener(type, done);
  });
}

/** Asks every few milliseconds, for as long as the observation may take. */
export async function until(holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
