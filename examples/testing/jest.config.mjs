/** Needs babel-jest, @babel/preset-env and @babel/preset-typescript. */
const targets = { node: "current" };
const presets = [["@babel/preset-env", { targets }], "@babel/preset-typescript"];

export default {
  transform: { "\\.[jt]s$": ["babel-jest", { presets }] },
  // The package is ES modules only, and Jest compiles nothing in node_modules that is not named here.
  transformIgnorePatterns: ["/node_modules/(?!@holdfast/)"],
};
