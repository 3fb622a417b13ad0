/**
 * The suite as an app of React Native, with the cases that only it has.
 *
 * @module
 */
import "./react_native_globals.mjs";
import "./metro_suite.mjs";
import { reactNativeCases } from "./cases_react_native.mjs";
import { cases } from "./suite.mjs";

cases.push(...reactNativeCases);
