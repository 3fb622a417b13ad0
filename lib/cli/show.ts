/**
 * Messages as a person reads them.
 *
 * @module
 */

import { formatJson, isJson } from "./json.ts";
import type { Paint } from "./paint.ts";
import { count, cut, printable } from "./words.ts";

/** A screenful; whoever wants all of it uses `--json` or `--trace`. */
const MAX_LENGTH = 4_000;
const MAX_BYTES = 32;

/** How messages are laid out. */
export interface Layout {
  readonly columns: number;
  readonly paint: Paint;
}

/** A message: JSON laid out, text with its control characters escaped, the first bytes of the rest. */
export function showMessage(data: unknown, { columns, paint }: Layout): string {
  if (typeof data !== "string") return showBytes(bytesOf(data), paint);
  if (data === "") return paint("dim", "(empty)");
  if (data.length <= MAX_LENGTH && isJson(data)) return formatJson(data, columns, paint);
  return cut(printable(data.slice(0, MAX_LENGTH)), MAX_LENGTH) +
    (data.length > MAX_LENGTH ? paint("dim", `... (${data.length} characters)`) : "");
}

function showBytes(bytes: Uint8Array, paint: Paint): string {
  const shown = Array.from(
    bytes.subarray(0, MAX_BYTES),
    (byte) => byte.toString(16).padStart(2, "0"),
  );
  const more = bytes.length > MAX_BYTES ? " ..." : "";
  return `${paint("dim", `(${count(bytes.length, "byte")})`)} ${shown.join(" ")}${more}`.trimEnd();
}

/** The bytes of a binary message; none of what is something else. */
export function bytesOf(data: unknown): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  return new Uint8Array();
}

/** How many bytes a message has on the wire. */
export function sizeOf(data: unknown): number {
  return typeof data === "string" ? new TextEncoder().encode(data).length : bytesOf(data).length;
}

/** A message as members of a JSON record: text as it is, bytes in base64. */
export function messageFields(data: unknown): Readonly<Record<string, string>> {
  if (typeof data === "string") return { data };
  let binary = "";
  for (const byte of bytesOf(data)) binary += String.fromCharCode(byte);
  return { base64: btoa(binary) };
}
