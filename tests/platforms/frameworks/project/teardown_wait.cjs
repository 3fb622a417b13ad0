/** Runs when Jest has taken all environments down: what escapes now ends the process with an error. */
module.exports = () => new Promise((resolve) => setTimeout(resolve, 2_000));
