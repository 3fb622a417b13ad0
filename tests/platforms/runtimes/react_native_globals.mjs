/**
 * The globals that React Native 0.86 adds to the engine's, from its own files: those of
 * `src/private/setup/setUpDOM.js` and `Libraries/Core/setUpXHR.js` that concern a WebSocket. It has no
 * MessageEvent, CloseEvent, ErrorEvent and DOMException.
 *
 * @module
 */
import { AbortController, AbortSignal } from "abort-controller/dist/abort-controller";
import Blob from "react-native/Libraries/Blob/Blob";
import { URL, URLSearchParams } from "react-native/Libraries/Blob/URL";
import WebSocket from "react-native/Libraries/WebSocket/WebSocket";
import Event from "react-native/src/private/webapis/dom/events/Event";
import EventTarget from "react-native/src/private/webapis/dom/events/EventTarget";

Object.assign(globalThis, {
  AbortController,
  AbortSignal,
  Blob,
  Event,
  EventTarget,
  URL,
  URLSearchParams,
  WebSocket,
});
