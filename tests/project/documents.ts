/**
 * What documents and sources cite: files, promises, headings.
 *
 * @module
 */

/** The project. */
export const ROOT = new URL("../../", import.meta.url);

/** Folders of what is installed or built, and of the shim, which has names of its own. */
const FOREIGN: readonly string[] = [".git", "node_modules", "coverage", "npm", "std"];
const TEXTS = /\.(ts|mjs|cjs|js|md|txt|json|yml|sh|html)$/;

/** The project's text files, by path. */
export async function readTree(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const walk = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
      const path = `${folder}${name}`;
      if (FOREIGN.includes(name)) continue;
      if (isDirectory) await walk(`${path}/`);
      else if (TEXTS.test(name)) texts.set(path, await Deno.readTextFile(new URL(path, ROOT)));
    }
  };
  await walk("./");
  return new Map([...texts].map(([path, text]) => [path.slice(2), text]));
}

/** Whether a file or a folder of the project is there. */
export function isThere(path: string): boolean {
  try {
    Deno.statSync(new URL(path, ROOT));
    return true;
  } catch {
    return false;
  }
}

/** The promises of `lib/GUARANTEES.md`: the files that each names, by number. */
export function parsePromises(document: string): Map<string, string[]> {
  return new Map(
    document.split(/^- (?=\*\*\d)/m).slice(1).map((entry) => {
      const [, number = ""] = /^\*\*(\d+[a-z]?)\*\*/.exec(entry) ?? [];
      return [number, citedPaths(entry)];
    }),
  );
}

/** The numbers of promises that a text cites: in words, by the name of a function, in a failed check. */
export function citedPromises(text: string): string[] {
  const inWords = [...text.matchAll(/\b[Gg]uarantees? ((?:\d+[a-z]?(?:, | and | to |))+)/g)]
    .flatMap(([, list = ""]) => list.match(/\d+[a-z]?/g) ?? []);
  const byName = [...text.matchAll(/\bguarantee(\d+[a-z]?)\b/g)].map(([, number = ""]) => number);
  const failed = [...text.matchAll(/\brun\.fail\((\d+), ["`](?:([a-z]): )?/g)]
    .map(([, number = "", letter = ""]) => number + letter);
  return [...new Set([...inWords, ...byName, ...failed])];
}

const FOLDERS = "(?:lib|tests|bench|examples|docs|\\.ci|\\.github)";

/** The paths from the root that a text cites; not those with a placeholder in them. */
export function citedPaths(text: string): string[] {
  const pattern = new RegExp(`(?<![\\w./@-])${FOLDERS}/[\\w./-]*[\\w/](?![\\w*{<-])`, "g");
  return [...new Set(text.match(pattern))];
}

/** The names of documents that a text cites, but for those on the web. */
export function citedDocuments(text: string): string[] {
  return [...text.replaceAll(/https?:\/\/\S+/g, "").matchAll(/[\w.-]*\w\.md\b/g)]
    .map(([name]) => name);
}

/** What the links of a document point to, from the root, with the heading if there is one. */
export function links(path: string, document: string): [path: string, heading: string][] {
  return [...document.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => new URL(target, `root:///${path}`))
    .filter(({ protocol }) => protocol === "root:")
    .map(({ pathname, hash }) => [pathname.slice(1), hash.slice(1)]);
}

/** The anchors of a document's headings, as GitHub makes them. */
export function headings(document: string): string[] {
  return [...document.replaceAll(/^```[^]*?^```/gm, "").matchAll(/^#+ (.*)$/gm)]
    .map(([, title = ""]) =>
      title.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
    );
}
