import {
  ClientEventTarget,
  type Listener,
  type ListenerOptions,
} from "../../lib/client/event_target.ts";
import type { Arrival } from "../../lib/connection/attempt.ts";
import { ListenerList } from "../../lib/client/listener_list.ts";

/** An event target that keeps its listeners as the full class does, without a client behind it. */
class ListenedTarget extends ClientEventTarget {
  readonly list = new ListenerList(this);

  override addEventListener(
    type: string,
    callback: Listener | null,
    options?: boolean | ListenerOptions,
  ): void {
    this.list.add(type, callback, options);
  }

  override removeEventListener(
    type: string,
    callback: Listener | null,
    options?: boolean | Pick<ListenerOptions, "capture">,
  ): void {
    this.list.remove(type, callback, options);
  }
}

export interface Listened {
  readonly client: ClientEventTarget;
  /** A message of the server arrives; `inner` is the event of its socket. */
  deliver(data: unknown, origin: string, inner?: Event): void;
}

/** A target, and what delivers messages to its listeners. */
export function listened(): Listened {
  const client = new ListenedTarget();
  return {
    client,
    deliver: (data, origin, inner) =>
      client.list.deliver(data, origin, inner as Arrival | undefined),
  };
}
