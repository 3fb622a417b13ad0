// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by browsers as it is
/**
 * The suite in a page: posts each result to where the page comes from, and then that it is done.
 *
 * @module
 */

/** @param run Called with the job, and where to post results. */
export async function runAndPost(run) {
  // One after the other: what is posted last must arrive last.
  let posted = Promise.resolve();
  const post = (value) =>
    posted = posted.then(() => fetch("/result", { method: "POST", body: JSON.stringify(value) }));
  try {
    const job = await (await fetch("/job")).json();
    await run({ ...job, onResult: post });
    await post({ done: true });
  } catch (error) {
    await post({ done: true, error: `${error}` });
  }
}
