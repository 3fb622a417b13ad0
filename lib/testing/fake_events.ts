import type { Loss, RuntimeQuirks } from "./runtime_profiles.ts";

/** What `CloseEvent` carries, for runtimes that have no such class. */
class BareCloseEvent extends Event {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
  constructor(type: string, init: CloseEventInit) {
    super(type, init);
    this.code = init.code ?? 0;
    this.reason = init.reason ?? "";
    this.wasClean = init.wasClean ?? false;
  }
}

/** What `ErrorEvent` carries, for runtimes that have no such class. */
class BareErrorEvent extends Event {
  readonly message: string;
  readonly error: unknown;
  constructor(type: string, init: ErrorEventInit) {
    super(type, init);
    this.message = init.message ?? "";
    this.error = init.error;
  }
}

/** A close event as the runtime makes it. */
export function closeEvent(quirks: RuntimeQuirks, init: CloseEventInit): Event {
  const isGlobal = quirks.hasCloseEvent && typeof CloseEvent === "function";
  return new (isGlobal ? CloseEvent : BareCloseEvent)("close", init);
}

/** An error event as the runtime makes it: an `ErrorEvent`, or in browsers an `Event` without detail. */
export function errorEvent(quirks: RuntimeQuirks, loss: Loss, url: string): Event {
  if (quirks.errorMessage === null) return new Event("error");
  const message = quirks.errorMessage(loss, url);
  const init = { message, error: new Error(message) };
  return new (typeof ErrorEvent === "function" ? ErrorEvent : BareErrorEvent)("error", init);
}
