/**
 * The schedules as an app of React Native.
 *
 * @module
 */
import "./react_native_globals.mjs";
import "./transcript.mjs";
