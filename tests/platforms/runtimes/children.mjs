// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * The server processes that a test may kill, freeze and start again on the same port.
 *
 * @module
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../networks/echo_server.mjs", import.meta.url));

/** A stopped process cannot notice that its parent died: let the kernel end it (util-linux). */
const PREFIX = process.platform === "linux" ? ["setpriv", "--pdeathsig", "KILL"] : [];

/** The last line of a server that was killed may be cut off. */
function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

export function createChildren({ modules, recordOf, findPort }) {
  /** @type {Map<string, { host: string, port: number, process: import("node:child_process").ChildProcess | null }>} */
  const children = new Map();

  async function start(id, host) {
    let child = children.get(id);
    if (!child) {
      child = { host, port: await findPort(host), process: null };
      children.set(id, child);
    }
    const [command, ...args] = [
      ...PREFIX,
      process.execPath,
      SCRIPT,
      "ws",
      child.host,
      String(child.port),
      modules,
    ];
    const started = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    child.process = started;
    const record = recordOf(id);
    await new Promise((resolve, reject) => {
      started.once("error", reject);
      started.once("exit", () => reject(new Error("the child ended before it listened")));
      createInterface({ input: started.stdout }).on("line", (line) => {
        const { type, path, data } = parse(line);
        if (type === "listening") resolve();
        else if (type === "open") record.dials.push(path);
        else if (type === "message") record.messages.push(data);
      });
    });
    return child;
  }

  /** Resolves when the process is gone, so that its port is refused from then on. */
  function kill(child) {
    const { process: running } = child;
    child.process = null;
    return new Promise((resolve) => {
      running.once("exit", resolve);
      running.kill("SIGKILL");
    });
  }

  return {
    async command(id, action, host) {
      const known = children.get(id);
      if (action === "start") return { port: (await start(id, host)).port };
      if (!known?.process) throw new Error(`Cannot ${action} as no child runs for ${id}`);
      if (action === "kill") await kill(known);
      else if (action === "freeze") known.process.kill("SIGSTOP");
      else if (action === "thaw") known.process.kill("SIGCONT");
      else throw new Error(`Unknown action: ${action}`);
      return { port: known.port };
    },
    killAll() {
      for (const { process: running } of children.values()) running?.kill("SIGKILL");
    },
  };
}
