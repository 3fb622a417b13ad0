// What React Native's native side supplies to Hermes, for the shell of Hermes, which has `print` and
// timers that ignore their delays. It runs before a bundle, and so is what 0.12 takes as it is.
Object.assign(globalThis, {
  global: globalThis,
  window: globalThis,
  console: { log: print, warn: print, error: print },
  performance: { now: Date.now },
  queueMicrotask: (job) => void Promise.resolve().then(job),
  navigator: { product: "ReactNative" },
  nativeModuleProxy: {},
  // React Native's files want native modules when they are loaded; on fakes none is used.
  __turboModuleProxy: () => ({ getConstants: () => ({}) }),
});
