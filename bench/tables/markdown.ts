/**
 * Tables in Markdown as `deno fmt` writes them, and their places in a document:
 *
 * ```md
 * <!-- table: budgets (deno task bench:charts) -->
 *
 * whatever was there is replaced
 *
 * <!-- /table -->
 * ```
 *
 * @module
 */

/** What stands between the markers, by the name in the first of them. */
export type Contents = ReadonlyMap<string, string>;

const START = /^<!-- table: (\S+) \(deno task bench:charts\) -->$/;
const END = "<!-- /table -->";
/** What is meant as a marker, so that a slip of the pen does not leave an old table in place. */
const MARKER = /<!--\s*\/?table\b/;
/** As in `deno.json`. */
const LINE_WIDTH = 100;
/** `deno fmt` draws no shorter line under a header. */
const MIN_CELL_WIDTH = 3;

/** The document with every table renewed. */
export function fillTables(document: string, contents: Contents): string {
  const lines: string[] = [];
  let open: string | undefined;
  for (const line of document.split("\n")) {
    const isMarker = MARKER.test(line);
    if (open === undefined) lines.push(line);
    if (!isMarker) continue;
    const name = START.exec(line)?.[1];
    if (open !== undefined && line !== END) throw noEnd(open);
    if (open === undefined) {
      const content = contents.get(name ?? "");
      if (content === undefined) {
        throw new Error(
          `Cannot fill a table as its marker must name one of ${
            [...contents.keys()].join(", ")
          }: ` +
            `current value is ${line}`,
        );
      }
      lines.push("", content, "", END);
    }
    open = open === undefined ? name : undefined;
  }
  if (open !== undefined) throw noEnd(open);
  return lines.join("\n");
}

function noEnd(name: string): Error {
  return new Error(`Cannot fill the table '${name}' as it must end with ${END}`);
}

/** A table with aligned columns. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) =>
    Math.max(MIN_CELL_WIDTH, ...[header, ...rows].map((cells) => cells[column]?.length ?? 0))
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)]
    .join("\n");
}

/** A paragraph, broken into lines. */
export function paragraph(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length === 0 || longer.length > LINE_WIDTH) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.join("\n");
}
