/**
 * Where `install.sh` puts what the suite runs on.
 *
 * @module
 */

/** The folder that `install.sh` fills. */
export const tools = Deno.env.get("HOLDFAST_TOOLS") ??
  `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/holdfast-runtimes`;

/** Where Node keeps the packages of one tool. */
export const modulesOf = (name: string): string => `${tools}/${name}/node_modules`;

const ARCH = Deno.build.arch === "aarch64" ? "arm64" : "x64";
/** The Node of a row such as `node-24`. */
export const nodeOf = (name: string): string => `${modulesOf(name)}/node-linux-${ARCH}/bin/node`;
