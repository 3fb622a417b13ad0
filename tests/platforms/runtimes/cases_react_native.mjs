// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: bundled by metro as it is
/**
 * What only React Native does: the cases that its classes add to the suite.
 *
 * @module
 */
import { URL as OldURL } from "react-native-0.81/Libraries/Blob/URL";
import { equal, LISTENER_BUG, ok, thrown, until } from "./harness.mjs";

/** What is given, and what the WebSockets Standard dials then. */
const DIALLED = {
  "ws://127.0.0.1:9/feed": "ws://127.0.0.1:9/feed",
  "wss://example.com/a/b": "wss://example.com/a/b",
  "wss://example.com/a/b/": "wss://example.com/a/b/",
  "wss://example.com/feed?token=a/b&c=d": "wss://example.com/feed?token=a/b&c=d",
  "wss://example.com/": "wss://example.com/",
  "https://example.com/feed": "wss://example.com/feed",
  "http://127.0.0.1:9/feed": "ws://127.0.0.1:9/feed",
};

/** What a client dials under a class of URLs. */
function dial({ ReconnectingWebSocket }, Class, given) {
  const dialled = [];
  class Recorder extends EventTarget {
    readyState = 0;
    constructor(url) {
      super();
      dialled.push(url);
    }
    close() {}
  }
  const { URL } = globalThis;
  // Nothing else runs before it is put back.
  globalThis.URL = Class;
  try {
    new ReconnectingWebSocket(given, { sources: { WebSocket: Recorder } }).close();
  } finally {
    globalThis.URL = URL;
  }
  return dialled;
}

function dialsWhatIsGiven(version, classOf) {
  return {
    name: `what is dialled is what was given, by the URL of React Native ${version}`,
    only: "full",
    test(lab) {
      for (const [given, expected] of Object.entries(DIALLED)) {
        equal(dial(lab.client, classOf(), given), [expected], given);
      }
    },
  };
}

export const reactNativeCases = [
  dialsWhatIsGiven("0.86", () => URL),
  dialsWhatIsGiven("0.81", () => OldURL),
  {
    name: "another scheme and a fragment are a SyntaxError from the constructor",
    only: "full",
    test(lab) {
      for (const url of ["ftp://127.0.0.1/", "ws://127.0.0.1/#fragment", "nonsense"]) {
        const create = () => new lab.client.ReconnectingWebSocket(url, lab.options());
        equal(thrown(create).name, "SyntaxError", url);
      }
    },
  },
  {
    name: "what a message listener throws is written, as by React Native's own dispatch",
    // Others would find its console.
    isAlone: true,
    async test(lab) {
      const { ws } = lab.connect("/echo");
      const written = [];
      const { error } = console;
      console.error = (value) =>
        value.message === LISTENER_BUG ? written.push(value) : error(value);
      try {
        for (const type of ["open", "message"]) {
          ws.addEventListener(type, () => {
            throw new Error(LISTENER_BUG);
          });
        }
        await lab.opened(ws);
        equal(written.length, 1, "written after open");
        ws.send("hello");
        await until(() => written.length > 1, () => "what the listener of message threw");
      } finally {
        console.error = error;
      }
    },
  },
  {
    name: "binary messages are ArrayBuffers until binaryType is set",
    async test(lab) {
      const observed = lab.connect("/binary");
      await until(() => observed.messages.length === 1, () => "a message");
      const [data] = observed.messages;
      ok(data instanceof ArrayBuffer, `an ArrayBuffer, not ${data}`);
    },
  },
  {
    name: "a Blob is sent with its bytes, queued or not",
    needs: ["queue"],
    async test(lab) {
      const { ws } = lab.connect("/sink");
      ws.send(new Blob(["äb"]));
      await lab.opened(ws);
      ws.send(new Blob(["c"]));
      const { messages } = await lab.recorded(({ messages }) => messages.length === 2);
      equal(messages, ["hex:c3a462", "hex:63"], "messages");
    },
  },
];
