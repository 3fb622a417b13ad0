/** What both sides of the demo saw: one line each in the servers' file, one object each in the client. */

/** A message up has the number that its client gave it; one down has that of the whole run. */
export type DemoEvent =
  | { readonly type: "accepted" | "got"; readonly session: string; readonly message: number }
  | {
    readonly type: "lost";
    readonly session: string;
    readonly why: string;
    readonly unacked: readonly number[];
    readonly isExact: boolean;
  }
  | {
    readonly type: "begun";
    readonly session: string;
    readonly life: string;
    readonly isNew: boolean;
  }
  | {
    readonly type: "handled";
    readonly session: string;
    readonly message: number;
    readonly redelivered: boolean;
    readonly id: string;
  }
  | {
    readonly type: "sent";
    readonly session: string;
    readonly life: string;
    readonly message: number;
  }
  | {
    readonly type: "ended";
    readonly session: string;
    readonly life: string;
    readonly why: string;
    readonly unacked: readonly number[];
  }
  | { readonly type: "broken"; readonly session: string };
