// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * The clients that a case runs on: the full class, and the client of parts, once with the features that
 * the case needs and no other, and once with all.
 *
 * @module
 */

/**
 * Each feature of `./core`: the option of the full class that stands for it, if it is given, and how it
 * is made from that, or with its defaults.
 */
const FEATURES = {
  abort: {
    given: ({ signal }) => signal,
    make: (core, signal = new AbortController().signal) => core.abort(signal),
  },
  connectivity: {
    given: ({ sources }) => sources?.connectivity,
    make: (core, source) => core.connectivity(source),
  },
  handshake: {
    given: ({ handshake }) => handshake,
    make: (core, run = () => {}) => core.handshake(run),
  },
  heartbeat: {
    given: ({ heartbeat }) => heartbeat,
    make: (core, options) => core.heartbeat(options),
  },
  pausing: {
    given: ({ startPaused, giveUp }) => startPaused || giveUp ? { startPaused, giveUp } : undefined,
    make: (core, options) => core.pausing(options),
  },
  provider: {
    given: ({ protocols }, url) =>
      typeof url === "function" || typeof protocols === "function" ? [url, protocols] : undefined,
    make: (core, [url, protocols]) => core.provider(url, protocols),
  },
  queue: {
    given: ({ queue }) => queue || undefined,
    make: (core, options) => core.queue(options),
  },
  retry: {
    given: ({ shouldRetry }) => shouldRetry,
    make: (core, shouldRetry) => core.retry(shouldRetry),
  },
  status: {
    given: () => undefined,
    make: (core) => core.status(),
  },
  trace: {
    given: ({ trace }) => trace,
    make: (core, sink = () => {}) => core.trace(sink),
  },
};

/** The names of all features. */
export const features = Object.keys(FEATURES);

/**
 * The arguments of the client of parts, from those of the full class.
 *
 * @param names The features to put in.
 * @throws {Error} An option of a feature that is not put in: the case does not say that it needs it.
 */
export function composed(core, names, url, options) {
  const { sources: { connectivity: _, ...sources } = {}, protocols, ...rest } = options;
  const parts = {};
  for (const [name, { given, make }] of Object.entries(FEATURES)) {
    const value = given(options, url);
    if (names.includes(name)) {
      parts[name] = make(core, name === "provider" ? [url, protocols] : value);
    } else if (value !== undefined) {
      throw new Error(`the case does not say that it needs ${name}()`);
    }
  }
  const { provider, ...others } = parts;
  const use = Object.values(others);
  return [
    provider ?? url,
    { ...rest, sources, use, ...(!provider && protocols !== undefined && { protocols }) },
  ];
}

const listOf = (names) => names.map((name) => `${name}()`).join(" and ");

/** The full class, as it is. */
const full = {
  label: "",
  clientOf: (client) => client,
  argumentsOf: (_, url, options) => [url, options],
};

/** The client of parts with some features. */
function core(label, names) {
  return {
    label: ` [./core${label}]`,
    clientOf: (client) => ({ ...client, ...client.core }),
    argumentsOf: (client, url, options) => composed(client.core, names, url, options),
  };
}

/**
 * What to run a case on.
 *
 * @param needs The features without which it shows nothing.
 * @param without Those that change what it shows.
 * @param only `"full"` or `"core"`, if the other has nothing of it; both if empty.
 */
export function compositionsOf({ needs = [], without = [], only = "" }) {
  const least = listOf(needs);
  const most = listOf(without);
  return [
    ...(only === "core" ? [] : [full]),
    ...(only === "full" ? [] : [
      core(least && ` with ${least}`, needs),
      core(
        ` with all${most && ` but ${most}`}`,
        features.filter((name) => !without.includes(name)),
      ),
    ]),
  ];
}
