/**
 * The application that every row serves: it sends back what comes, and prints what it sees.
 *
 * @module
 */

import type {
  ResumeServerOptions,
  Session,
  SessionHandlers,
} from "../../../../lib/resume/server/mod.ts";

/** Each server is a life of its own, as is each session in it. */
const name = Math.random().toString(36).slice(2, 8);
let lives = 0;
/** A number that no other life has used. */
let message = Math.floor(Math.random() * 1e6) * 1e6;

function print(event: object): void {
  // deno-lint-ignore no-console -- that is how the parent reads it
  console.log(JSON.stringify(event));
}

/** The options of a server whose users are what clients say they are. */
export function echo<Request>(): Pick<
  ResumeServerOptions<Request, string>,
  "authenticate" | "session"
> {
  return {
    authenticate: (_request, auth) => auth ?? null,
    session(session: Session): SessionHandlers {
      const { user } = session;
      const life = `${name}.${lives++}`;
      print({ type: "begun", session: user, life, isNew: session.isNew });
      return {
        message(data, { id, redelivered }): void {
          print({ type: "handled", session: user, message: Number(data), redelivered, id });
          const isAccepted = session.send(`${++message}`);
          if (isAccepted) print({ type: "sent", session: user, life, message });
        },
        end(why, unacked): void {
          print({ type: "ended", session: user, life, why, unacked: unacked.map(Number) });
        },
      };
    },
  };
}
