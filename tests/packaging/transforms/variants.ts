/**
 * What bundlers are set up to do with the code of packages.
 *
 * @module
 */

/** One tool of `build.mjs`, and how it is set up. */
export interface Variants {
  readonly tool: "babel" | "swc" | "typescript" | "esbuild";
  /** Whether it is given the sources, instead of the npm package. */
  readonly sources?: boolean;
  /** The globals that its users do not have. */
  readonly without?: readonly string[];
  /** Options by a name for the reader. */
  readonly options: Readonly<Record<string, object>>;
  /** What no code of ours can make work, and what is said then; a failure if it begins to pass. */
  readonly impossible?: Readonly<Record<string, string>>;
}

/** Constructors of ES5 are called without `new`, which no native class allows. */
const NO_NATIVE_BASE = "Class constructor EventTarget cannot be invoked without 'new'";

const env = (targets: string, options: object = {}): object => ({
  presets: [["@babel/preset-env", { targets, ...options }]],
});

const assuming = (...names: readonly string[]): object => ({
  ...env("chrome 60"),
  assumptions: Object.fromEntries(names.map((name) => [name, true])),
});

/** Presets of Babel, and its assumptions, but for those about arrays. */
export const babel: Variants = {
  tool: "babel",
  options: {
    "preset-env, ie 11": env("ie 11"),
    "preset-env loose, chrome 49": env("chrome 49", { loose: true }),
    "preset-env loose, ie 11": env("ie 11", { loose: true }),
    "setPublicClassFields": assuming("setPublicClassFields"),
    "privateFieldsAsSymbols": assuming("setPublicClassFields", "privateFieldsAsSymbols"),
    "all assumptions about classes and objects": assuming(
      ...["constantSuper", "ignoreFunctionLength", "noClassCalls", "noDocumentAll"],
      ...["noUninitializedPrivateFieldAccess", "objectRestNoSymbols", "privateFieldsAsProperties"],
      ...["pureGetters", "setClassMethods", "setComputedProperties", "setPublicClassFields"],
      ...["setSpreadProperties", "superIsCallableConstructor"],
    ),
  },
  impossible: { "preset-env loose, ie 11": NO_NATIVE_BASE },
};

/** As metro calls Babel. */
function metro(
  preset: string,
  platform: string,
  options: object = {},
  caller: object = {},
): object {
  return {
    presets: [[preset, options]],
    caller: { name: "metro", bundler: "metro", platform, ...caller },
  };
}

const REACT_NATIVE = "@react-native/babel-preset";
const EXPO = "babel-preset-expo";

/** The presets of React Native and Expo for its engine. */
export const reactNative: Variants = {
  tool: "babel",
  // Nor a DOMException, but Node's WebSocket cannot do without that.
  without: ["MessageEvent", "CloseEvent", "ErrorEvent"],
  options: {
    "react-native, ios": metro(REACT_NATIVE, "ios"),
    "react-native hermes-stable, android": metro(REACT_NATIVE, "android", {
      unstable_transformProfile: "hermes-stable",
    }),
    "expo, ios": metro(EXPO, "ios", {}, { engine: "hermes", isNodeModule: true }),
  },
};

/** The same presets for browsers. */
export const reactNativeWeb: Variants = {
  tool: "babel",
  options: {
    "react-native lazy, web": metro(REACT_NATIVE, "web", { lazyImportExportTransform: true }),
    "expo, web": metro(EXPO, "web", {}, { isNodeModule: true }),
  },
};

const assumptions = { setPublicClassFields: true, privateFieldsAsProperties: true };

/** `jsc` of SWC's configuration. */
export const swc: Variants = {
  tool: "swc",
  options: {
    "es5": { target: "es5" },
    "es2017": { target: "es2017" },
    "es2020": { target: "es2020" },
    "es2020 minified": { target: "es2020", minify: { compress: true, mangle: true } },
    "loose, es5": { target: "es5", loose: true },
    "loose, es2015": { target: "es2015", loose: true },
    "loose, es2017": { target: "es2017", loose: true },
    "loose, es2020": { target: "es2020", loose: true },
    "assumptions, es2017": { target: "es2017", assumptions },
    "useDefineForClassFields: false, es2022": {
      target: "es2022",
      transform: { useDefineForClassFields: false },
    },
  },
  impossible: { "loose, es5": NO_NATIVE_BASE },
};

const targets = (useDefineForClassFields: boolean, names: readonly string[]): [string, object][] =>
  names.map((target) => [
    `useDefineForClassFields: ${useDefineForClassFields}, ${target}`,
    { target, useDefineForClassFields },
  ]);

/** Compiler options for the modules of the npm package. */
export const typescript: Variants = {
  tool: "typescript",
  options: Object.fromEntries([
    ...targets(false, ["es5", "es2015", "es2017", "es2020", "es2021", "es2022"]),
    ...targets(true, ["es2021", "es2022"]),
  ]),
  impossible: { "useDefineForClassFields: false, es5": NO_NATIVE_BASE },
};

/** Compiler options for the sources. */
export const typescriptSources: Variants = {
  tool: "typescript",
  sources: true,
  options: Object.fromEntries([
    ...targets(false, ["es2017", "es2020", "es2021", "es2022"]),
    ...targets(true, ["es2021"]),
  ]),
};

const REFUSED = 'Transforming destructuring to the configured target environment ("safari14")';

/** Targets of esbuild, whose oldest is ES2015. */
export const esbuild: Variants = {
  tool: "esbuild",
  options: {
    ...Object.fromEntries(
      ["es2015", "es2017", "es2018", "es2019", "es2020", "es2021", "es2022", "chrome80"]
        .map((target) => [target, { target }]),
    ),
    "es2017 minified": { target: "es2017", minify: true },
    "safari14": { target: "safari14" },
    // Its parameter lists have a bug that esbuild avoids by refusing; Vite allows it, as all do it.
    "safari14 as of Vite": { target: "safari14", supported: { destructuring: true } },
  },
  impossible: { "safari14": REFUSED },
};
