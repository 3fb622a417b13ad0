/**
 * A chat that says what its connection does: a countdown, "retry now", "offline", "sending".
 *
 *     npm install @holdfast/websocket react@19 react-dom@19 vite
 *     npx vite
 *
 * The server is any that sends back what it gets, such as that of the README; at `?server=`, unless it is
 * `ws://localhost:8080/`.
 */
import * as React from "react";
import { createRoot } from "react-dom/client";
import { createHooks } from "@holdfast/websocket/react";

const { useCountdown, useStatus, useWebSocket } = createHooks(React);

const SERVER = new URL(location.href).searchParams.get("server") ?? "ws://localhost:8080/";

function Chat() {
  const [messages, setMessages] = React.useState([]);
  const options = { decode: JSON.parse, giveUp: "pause", maxAttempts: 10 };
  const ws = useWebSocket(
    SERVER,
    options,
    ({ id }) => setMessages((all) => all.map((it) => it.id === id ? { ...it, isSent: true } : it)),
  );

  function submit(event) {
    event.preventDefault();
    const message = { id: crypto.randomUUID(), text: event.target.text.value };
    // False if the queue is full: then the text is not ours to show as being sent.
    if (!ws.send(JSON.stringify(message))) return;
    event.target.reset();
    setMessages((all) => [...all, message]);
  }

  return (
    <main>
      <Banner ws={ws} />
      <ul>
        {messages.map(({ id, text, isSent }) => (
          <li key={id}>
            {text} {isSent ? null : <small>sending</small>}
          </li>
        ))}
      </ul>
      <form onSubmit={submit}>
        <input name="text" aria-label="Message" placeholder="Message" required autoComplete="off" />
        <button type="submit" disabled={!ws}>Send</button>
      </form>
    </main>
  );
}

function Banner({ ws }) {
  const status = useStatus(ws);
  const seconds = useCountdown(ws);
  const isOnline = React.useSyncExternalStore(watchNetwork, () => navigator.onLine, () => true);
  if (!status || status.state === "open") return null;
  if (status.state === "paused") {
    return <Notice text="No connection." action="Try again" onClick={() => ws.resume()} />;
  }
  if (!isOnline) return <Notice text="You are offline. What you write is kept." />;
  if (seconds === null) return <Notice text="Connecting …" />;
  const text = `No connection. Next attempt in ${seconds} s.`;
  return <Notice text={text} action="Retry now" onClick={() => ws.reconnect()} />;
}

function Notice({ text, action, onClick }) {
  return (
    <p role="status">
      {text} {action && <button type="button" onClick={onClick}>{action}</button>}
    </p>
  );
}

function watchNetwork(notify) {
  addEventListener("online", notify);
  addEventListener("offline", notify);
  return () => {
    removeEventListener("online", notify);
    removeEventListener("offline", notify);
  };
}

createRoot(document.querySelector("#app")).render(
  <React.StrictMode>
    <Chat />
  </React.StrictMode>,
);
