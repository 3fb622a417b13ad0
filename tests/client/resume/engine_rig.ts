/** The engine on fakes: a clock, a transport that notes, and a client that is played by hand. */

import {
  ackFrame,
  controlFrame,
  type Hello,
  isOfServer,
  parse,
  REQUEST,
} from "../../../lib/resume/frames.ts";
import {
  type Delivery,
  type EndReason,
  memoryStore,
  ResumeServer,
  type ResumeServerOptions,
  type ServerConnection,
  type Session,
  type SessionHandlers,
  type SessionStore,
  type Transport,
} from "../../../lib/resume/server/mod.ts";
import { FakeClock } from "../../../lib/testing/mod.ts";

/** A token of the right shape. */
export const TOKEN = "0123456789abcdef01234567";

export interface EngineRig {
  readonly server: ResumeServer<unknown, string>;
  readonly clock: FakeClock;
  /** What the application sees. */
  readonly log: string[];
  readonly errors: unknown[];
  /** The sessions that began to live, oldest first. */
  readonly sessions: Session<string>[];
  /** Connects a client, by a transport of which something may be different. */
  dial(transport?: Partial<Transport>): Client;
  /** Lets promises run. */
  settle(): Promise<void>;
  read(): string[];
}

/** A connection as its client sees it. */
export class Client {
  /** What came: data as it is, control frames in short, the end. */
  readonly frames: string[] = [];
  readonly #connection: ServerConnection;

  constructor(server: ResumeServer<unknown, string>, transport: Partial<Transport> = {}) {
    this.#connection = server.connect({
      send: (frame) => void this.frames.push(describe(frame)),
      close: (code, reason) => void this.frames.push(`close ${code} ${reason}`),
      ...transport,
    }, undefined);
  }

  hello(given: Partial<Hello> = {}): void {
    const hello: Hello = {
      t: "hello",
      v: 1,
      s: TOKEN,
      n: 1,
      rx: 0,
      ack: 0,
      tx: 0,
      new: true,
      max: 1_000_000,
      ...given,
    };
    this.receive(controlFrame(hello));
  }

  receive(...frames: readonly unknown[]): void {
    for (const frame of frames) this.#connection.receive(frame);
  }

  ack(rx: number): void {
    this.receive(ackFrame(rx));
  }

  request(): void {
    this.receive(REQUEST);
  }

  bye(): void {
    this.receive(controlFrame({ t: "bye" }));
  }

  drop(): void {
    this.#connection.closed();
  }

  read(): string[] {
    return this.frames.splice(0);
  }
}

function describe(raw: unknown): string {
  const frame = parse(raw, isOfServer);
  switch (frame.t) {
    case "data":
      return `${frame.data}`;
    case "ack":
      return `ack ${frame.rx}`;
    case "ok":
      return `ok ${frame.rx}${frame.new ? " new" : ""}`;
    case "lost":
      return `lost ${frame.why}${frame.rx === undefined ? "" : ` ${frame.rx}`}`;
    default:
      return frame.t;
  }
}

/** What a handler does beside noting the message. */
type Handle = (data: unknown, delivery: Delivery) => void | Promise<void>;

export interface EngineRigOptions
  extends Partial<Omit<ResumeServerOptions<unknown, string>, "session">> {
  readonly handle?: Handle;
  readonly begin?: (session: Session<string>) => void;
  /** What the application does at the end beside noting it. */
  readonly end?: () => void | Promise<void>;
}

export function engineRig({ handle, begin, end, ...options }: EngineRigOptions = {}): EngineRig {
  const clock = new FakeClock();
  const log: string[] = [];
  const errors: unknown[] = [];
  const sessions: Session<string>[] = [];
  const server = new ResumeServer<unknown, string>({
    session(session): SessionHandlers {
      sessions.push(session);
      log.push(`begin${session.isNew ? " new" : ""}`);
      begin?.(session);
      return {
        message(data, delivery): void | Promise<void> {
          log.push(`${data}${delivery.redelivered ? " redelivered" : ""}`);
          return handle?.(data, delivery);
        },
        end(why: EndReason, unacked): void | Promise<void> {
          log.push(`end ${why} [${unacked}]`);
          return end?.();
        },
      };
    },
    onError: (error) => void errors.push(error),
    ...options,
    sources: { clock, digest: (text) => text },
  });
  return {
    server,
    clock,
    log,
    errors,
    sessions,
    dial: (transport) => new Client(server, transport),
    settle: () => clock.tickAsync(0),
    read: () => log.splice(0),
  };
}

/** A store that another process may share: it keeps nothing, and answers as it is set. */
export function sharedStore(given: Partial<SessionStore> = {}): SessionStore {
  return { ...memoryStore(), release: () => Promise.resolve(), ...given };
}

/** A session that an owner which died left behind: so many were handled, so many may have been. */
export function left(rx: number, doubt: number, given?: Partial<SessionStore>): SessionStore {
  return sharedStore({
    open: () =>
      Promise.resolve({
        type: "session",
        session: { gen: 2, rx, acked: 0, isNew: false, doubt, messages: [] },
      }),
    ...given,
  });
}

/** A rig with a client that is attached. */
export async function attachedRig(
  options: EngineRigOptions = {},
): Promise<EngineRig & { client: Client }> {
  const rig = engineRig(options);
  const client = rig.dial();
  client.hello();
  await rig.settle();
  client.read();
  rig.read();
  return { ...rig, client };
}
