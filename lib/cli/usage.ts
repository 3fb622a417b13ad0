/**
 * The help.
 *
 * @module
 */

import type { Topic } from "./arguments.ts";

/** The version of the package. */
export const VERSION = "0.1.0";

const WATCH = `Usage: holdfast [watch] URL [FLAGS]     watch a server, send what is typed
       holdfast replay FILE [FLAGS]     print a recorded trace
       holdfast chaos FLAGS             be a bad network between a client and a server

Without a scheme, localhost means ws:// and every other host wss://. A line that is typed is sent,
or kept until there is a connection; Enter on an empty line ends a wait; Ctrl-C ends the watch. The
end of piped input does not.

  --json                     one JSON record a line, for programs
  --heartbeat[=MESSAGE]      notice silence; send MESSAGE after --heartbeat-interval (25s) of it
  --heartbeat-interval TIME  5s, 500ms, 2m; a bare number is in seconds
  --heartbeat-timeout TIME   how long silence may last after that (10s)
  --protocol NAME            offer a subprotocol; may be given again
  --header 'Name: value'     send a header with the handshake; may be given again
  --max-attempts NUMBER      give up after so many attempts to reconnect in a row
  --count NUMBER             end after so many messages
  --trace FILE               write every decision to FILE, for replay
  --help, --version

Exit codes: 0 ended by the user or by --count; 1 the client gave up; 2 wrong arguments.`;

const REPLAY = `Usage: holdfast replay FILE [FLAGS]

Prints what FILE, written by --trace, records, and whether the client would decide the same today.

  --emit-test[=FILE]         write a test instead, for deno test; without FILE, print it
  --help, --version

Exit codes: 0 the same; 1 otherwise; 2 wrong arguments, or no trace.`;

const CHAOS = `Usage: holdfast chaos --listen [HOST:]PORT --to URL [FLAGS]

A proxy that passes WebSocket connections on, and breaks them: by --script, and by what is typed.

  --listen [HOST:]PORT       where clients connect to; the host is 127.0.0.1 unless given
  --to URL                   the server
  --script FILE              faults, one a line, timed from the first connection
  --help, --version

A script:
  5s   kill                      cut every connection
  10s  refuse for 8s             refuse new ones
  20s  freeze for 15s            keep them up, let nothing pass
  40s  delay 300ms for 10s       let everything take longer
  60s  close 1012 restarting     send every client a close frame
  70s  heal                      end what lasts: freeze, delay, refuse
  80s  repeat                    start anew; or end, to end the proxy

The same without a time may be typed. Exit codes: 0 ended by the user or by the script; 1 the port
could not be listened on; 2 wrong arguments, or a wrong script.`;

/** The help for a command. */
export const USAGE: Readonly<Record<Topic, string>> = {
  watch: WATCH,
  replay: REPLAY,
  chaos: CHAOS,
};
