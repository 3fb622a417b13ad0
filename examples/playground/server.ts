/**
 * `deno task playground [PORT]`: bundles the page with the client's own modules, and serves it on
 * this machine.
 */
import { fileURLToPath } from "node:url";

const HERE = new URL("./", import.meta.url);
const ROOT = new URL("../../", import.meta.url);
const DEFAULT_PORT = 8_026;

const TYPES: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "style.css": "text/css; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
};

/** Bundles the page. A process of its own, as esbuild's service would outlive this one. */
async function bundlePage(): Promise<string> {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const own = Object.entries(imports).filter(([, target]) => target.startsWith("./"));
  const { success, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "npm:esbuild@0.28.2", fileURLToPath(new URL("page.ts", HERE))],
      ...own.map(([name, target]) => `--alias:${name}=${fileURLToPath(new URL(target, ROOT))}`),
      ...["--bundle", "--format=esm", "--target=es2022", "--log-level=error"],
    ],
    cwd: fileURLToPath(ROOT),
  }).output();
  if (!success) throw new Error(`Cannot bundle the page:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Serves the page until it is disposed of. */
export async function servePlayground(port: number): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const page = await bundlePage();
  return Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    async (request): Promise<Response> => {
      const name = new URL(request.url).pathname.slice(1) || "index.html";
      const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
      if (type === undefined) return new Response("Not found", { status: 404 });
      const body = name === "page.js" ? page : await Deno.readTextFile(new URL(name, HERE));
      const headers = { "content-type": type, "cache-control": "no-store" };
      return new Response(body, { headers });
    },
  );
}

if (import.meta.main) {
  const [text = `${DEFAULT_PORT}`] = Deno.args;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535)) {
    console.error("Usage: deno task playground [PORT]");
    Deno.exit(2);
  }
  const { addr } = await servePlayground(port);
  console.log(`The playground is at http://127.0.0.1:${addr.port}/; Ctrl-C ends it`);
}
