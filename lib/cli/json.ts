/**
 * JSON laid out for reading. It is cut into tokens and not parsed and written anew, as that would
 * change numbers that are too long for a double, and lose members of one name.
 *
 * @module
 */

import type { Paint } from "./paint.ts";
import { printable } from "./words.ts";

/** Deeper levels are not indented further. */
const MAX_INDENT = 16;

const TOKENS = /"(?:[^"\\]|\\[^])*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Whether a text is a JSON object or array. */
export function isJson(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Lays out a JSON text: on one line if that fits, else each member on a line of its own.
 *
 * @param text What {@linkcode isJson} accepts.
 * @param width How many columns there are.
 */
export function formatJson(text: string, width: number, paint: Paint): string {
  const tokens = text.match(TOKENS) ?? [];
  const isOneLine = lengthOf(tokens) <= width;
  let depth = 0;
  return tokens.map((token, index) => {
    const isEmpty = tokens[index + 1] === "}" || tokens[index + 1] === "]";
    const isAfterOpening = tokens[index - 1] === "{" || tokens[index - 1] === "[";
    const newLine = (): string => isOneLine ? "" : `\n${"  ".repeat(Math.min(depth, MAX_INDENT))}`;
    const space = isOneLine ? " " : "";
    switch (token) {
      case "{":
      case "[":
        depth++;
        return isEmpty ? token : `${token}${token === "{" ? space : ""}${newLine()}`;
      case "}":
      case "]":
        depth--;
        return isAfterOpening ? token : `${newLine()}${token === "}" ? space : ""}${token}`;
      case ",":
        return isOneLine ? ", " : `,${newLine()}`;
      case ":":
        return ": ";
      default:
        return colored(token, tokens[index + 1] === ":", paint);
    }
  }).join("");
}

function colored(token: string, isName: boolean, paint: Paint): string {
  if (isName) return paint("name", printable(token));
  return paint(token.startsWith('"') ? "string" : "number", printable(token));
}

/** The length on one line, with a blank after each comma and colon, and inside each brace. */
function lengthOf(tokens: readonly string[]): number {
  return tokens.reduce((sum, token) => sum + token.length + (/^[,:{}]$/.test(token) ? 1 : 0), 0);
}
