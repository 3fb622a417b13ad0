/** A component with all the hooks, rendered by the real React without a document, in a fake world. */

import type { ReconnectingWebSocket } from "@holdfast/websocket";
import { createHooks, type Hooks, type UseWebSocketOptions } from "@holdfast/websocket/react";
import { type FakeConnection, type FakeWorld, fakeWorld } from "@holdfast/websocket/testing";
// @ts-types="npm:@types/react@19.3.3"
import * as React from "npm:react@19.3.1";
import { act, create } from "npm:react-test-renderer@19.3.1";

Reflect.set(globalThis, "IS_REACT_ACT_ENVIRONMENT", true);

const { Component, createElement, StrictMode, useLayoutEffect } = React;

/** Of the real React. */
export const hooks: Hooks = createHooks(React);

export interface Props extends UseWebSocketOptions<unknown> {
  readonly url: string | URL | null;
  readonly onMessage?: (message: unknown) => void;
  /** A client of another place, whose status is shown. */
  readonly ws?: ReconnectingWebSocket;
  /** Sent whenever it changes, or there is another client: as a layout effect of a child would. */
  readonly hello?: string;
}

export interface Stage extends FakeWorld {
  /** What `useWebSocket()` returned, for each render. */
  readonly clients: ReturnType<Hooks["useWebSocket"]>[];
  /** State and countdown, whenever they changed. */
  readonly shown: string[];
  /** What an error boundary caught. */
  readonly caught: unknown[];
  /** The server's end of the newest socket. */
  readonly server: FakeConnection;
  /** Renders, and lets the client begin to dial. */
  show(props: Props): Promise<void>;
  end(): Promise<void>;
}

/** A tree, without the note that its renderer is deprecated: there is no document to render into. */
// deno-lint-ignore no-explicit-any -- the renderer has no types
function createRoot(element: React.ReactNode): any {
  const { error } = console;
  console.error = () => {};
  try {
    return create(element);
  } finally {
    console.error = error;
  }
}

/** Renders, and what follows from that. */
export async function doing(step: () => void): Promise<void> {
  await act(async () => {
    step();
    await new Promise((resolve) => setTimeout(resolve, 0));
  });
}

/** Nothing is rendered yet. */
export function stage({ isStrict = false } = {}): Stage {
  const world = fakeWorld({ seed: 1 });
  const clients: Stage["clients"] = [];
  const shown: string[] = [];
  const caught: unknown[] = [];

  function Child(
    { ws, hello }: { ws: Stage["clients"][number]; hello?: string | undefined },
  ): null {
    useLayoutEffect(() => void (hello && ws?.send(hello)), [ws, hello]);
    return null;
  }

  function App({ url, onMessage, hello, ws: given, ...options }: Props): React.ReactNode {
    const ws = hooks.useWebSocket(url, { sources: world.sources, ...options }, onMessage);
    const status = hooks.useStatus(given ?? ws);
    const seconds = hooks.useCountdown(given ?? ws, world.clock);
    clients.push(ws);
    const text = `${status ? status.state : "none"}${seconds === null ? "" : ` ${seconds}`}`;
    if (shown.at(-1) !== text) shown.push(text);
    return createElement(Child, { ws, hello });
  }

  class Boundary extends Component<React.PropsWithChildren, { isBroken: boolean }> {
    override state = { isBroken: false };
    static getDerivedStateFromError(): { isBroken: boolean } {
      return { isBroken: true };
    }
    override componentDidCatch(error: unknown): void {
      caught.push(error);
    }
    override render(): React.ReactNode {
      return this.state.isBroken ? null : this.props.children;
    }
  }

  let root: ReturnType<typeof createRoot>;
  return {
    ...world,
    clients,
    shown,
    caught,
    get server(): FakeConnection {
      const connection = world.network.connections.at(-1);
      if (!connection) throw new Error("Nothing was dialled yet");
      return connection;
    },
    show: (props) =>
      doing(() => {
        const app = createElement(Boundary, null, createElement(App, props));
        const element = isStrict ? createElement(StrictMode, null, app) : app;
        if (root) root.update(element);
        else root = createRoot(element);
      }),
    end: () => doing(() => root.unmount()),
  };
}

/** A component that has a client. */
export async function rendered(props: Props, options?: { isStrict: boolean }): Promise<Stage> {
  const made = stage(options);
  await made.show(props);
  return made;
}
