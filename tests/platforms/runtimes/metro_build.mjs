/**
 * Builds one bundle with the real metro, as an app of React Native or Expo is built:
 * `metro_build.mjs JOB`, a JSON object with the folder of the tools (`group`), the folder of the
 * app (`app`), its `entry`, the bundle to write (`out`), the `platform`, and the Babel `preset`.
 *
 * @module
 */
import { createRequire } from "node:module";
import process from "node:process";
import { writeFileSync } from "node:fs";

const { group, app, entry, out, platform, preset, profile = "default" } = JSON.parse(
  process.argv[2],
);
const require = createRequire(`${group}/`);
const { getDefaultConfig, mergeConfig } = require("metro-config");
const { runBuild } = require("metro");

// What `@react-native/metro-config` sets for every app, as far as it concerns what is bundled here.
const config = mergeConfig(await getDefaultConfig(app), {
  projectRoot: app,
  watchFolders: [app, group],
  // Nothing of an earlier build, and nothing left behind.
  cacheStores: [],
  fileMapCacheDirectory: app,
  maxWorkers: 1,
  reporter: { update: () => {} },
  resolver: {
    useWatchman: false,
    resolverMainFields: ["react-native", "browser", "main"],
    unstable_conditionNames: ["react-native"],
    sourceExts: ["js", "mjs", "json"],
    nodeModulesPaths: [`${group}/node_modules`],
    extraNodeModules: {
      "react-native": `${group}/react-native-0.86`,
      "react-native-0.81": `${group}/react-native-0.81`,
    },
  },
  transformer: {
    allowOptionalDependencies: true,
    babelTransformerPath: require.resolve("@react-native/metro-babel-transformer"),
    hermesParser: true,
    getTransformOptions: () => ({ transform: { inlineRequires: true } }),
  },
});
// Without this file the transformer takes React Native's preset.
if (preset === "expo") {
  const presets = [require.resolve("babel-preset-expo")];
  writeFileSync(`${app}/babel.config.js`, `module.exports = ${JSON.stringify({ presets })};\n`);
}
await runBuild(config, { entry, out, platform, minify: false, unstable_transformProfile: profile });
