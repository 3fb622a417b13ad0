import type { RuntimeQuirks } from "./runtime_profiles.ts";

/** A message event; where the class is missing, an `Event` with its fields. */
export function messageEvent({ data = null, origin = "" }: MessageEventInit): Event {
  return typeof MessageEvent === "function"
    ? new MessageEvent("message", { data, origin })
    : Object.assign(new Event("message"), {
      data,
      origin,
      lastEventId: "",
      source: null,
      ports: [],
    });
}

/** A close event as the runtime makes it; where the class is missing, an `Event` with its fields. */
export function closeEvent(quirks: RuntimeQuirks, init: CloseEventInit): Event {
  const { code = 0, reason = "", wasClean = false } = init;
  const fields = { code, reason, wasClean };
  return quirks.hasCloseEvent && typeof CloseEvent === "function"
    ? new CloseEvent("close", fields)
    : Object.assign(new Event("close"), fields);
}

/** An error event as the runtime makes it; where the class is missing, an `Event` with its fields. */
export function errorEvent(quirks: RuntimeQuirks, url: string): Event {
  if (quirks.errorText === null) return new Event("error");
  const message = quirks.errorText(url);
  const fields = { message, error: new Error(message) };
  return quirks.hasErrorEvent && typeof ErrorEvent === "function"
    ? new ErrorEvent("error", fields)
    : Object.assign(new Event("error"), fields);
}
