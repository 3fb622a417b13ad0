// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * The server processes that a test may kill, freeze and start again on the same port.
 *
 * @module
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./child_server.mjs", import.meta.url));

/** A stopped process cannot notice that its parent died: let the kernel end it (util-linux). */
const PREFIX = process.platform === "linux" ? ["setpriv", "--pdeathsig", "KILL"] : [];

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
      modules,
      child.host,
      String(child.port),
    ];
    const started = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    child.process = started;
    const record = recordOf(id);
    await new Promise((resolve, reject) => {
      started.once("error", reject);
      started.once("exit", () => reject(new Error("the child ended before it listened")));
      started.on("message", (message) => {
        if (message.type === "listening") resolve();
        else if (message.type === "error") reject(new Error(message.text));
        else if (message.type === "dial") record.dials.push(message.path);
        else record.messages.push(message.text);
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
