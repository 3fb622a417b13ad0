// As in a project of CommonJS, with the one line that a package of ES modules needs.
module.exports = {
  testEnvironment: process.env.ENVIRONMENT,
  testEnvironmentOptions: {
    // `ws` and sinon have modules of their own for browsers, which Jest cannot load in jsdom.
    customExportConditions: ["node"],
    // All globals of a file go when it is done.
    globalsCleanup: "on",
  },
  transform: {
    "\\.m?js$": ["babel-jest", { plugins: ["@babel/plugin-transform-modules-commonjs"] }],
  },
  transformIgnorePatterns: ["/node_modules/(?!@holdfast/)"],
  moduleNameMapper: { "^websocket-mock$": "jest-websocket-mock" },
};
