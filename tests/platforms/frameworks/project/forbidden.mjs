// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: Chromium runs it as it is
/** A client whose page forbids its target, to its last attempt. */
import { ReconnectingWebSocket } from "@holdfast/websocket";

/** What its user sees. */
export async function result() {
  const url = new URL(location.href).searchParams.get("server");
  const ws = new ReconnectingWebSocket(url, { maxAttempts: 2, backoff: () => 20 });
  const errors = [];
  ws.onerror = ({ error }) => errors.push(error.code);
  const { code, wasClean, error } = await ws.closed;
  return { errors, code, wasClean, error: error.code, cause: error.cause.code };
}
