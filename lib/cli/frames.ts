/**
 * WebSocket framing (RFC 6455, section 5.2), as far as a proxy needs it: where a frame of the server
 * ends, so that a close frame can be put there, and the handshake's request for another host.
 *
 * @module
 */

const MAX_HEAD_BYTES = 65_536;
const END_OF_HEAD = [13, 10, 13, 10];

/** Follows what a server sends, and knows where its frames end. */
export class FrameTracker {
  /** How much of the blank line after the HTTP head has passed. */
  #matched = 0;
  #isUpgraded = false;
  #header: number[] = [];
  #payloadLeft = 0;

  /** Whether a frame may be put in now. */
  get isBetweenFrames(): boolean {
    return this.#isUpgraded && this.#header.length === 0 && this.#payloadLeft === 0;
  }

  /**
   * Takes the next bytes.
   *
   * @returns After how many of them the first frame, or the HTTP head, ended; -1 for none.
   */
  feed(bytes: Uint8Array): number {
    let first = -1;
    for (let at = 0; at < bytes.length;) {
      at += this.#isUpgraded ? this.#feedFrame(bytes, at) : this.#feedHead(bytes[at] ?? 0);
      if (first < 0 && this.isBetweenFrames) first = at;
    }
    return first;
  }

  #feedHead(byte: number): 1 {
    this.#matched = byte === END_OF_HEAD[this.#matched] ? this.#matched + 1 : byte === 13 ? 1 : 0;
    this.#isUpgraded = this.#matched === END_OF_HEAD.length;
    return 1;
  }

  /** Returns how many bytes it took, at least 1. */
  #feedFrame(bytes: Uint8Array, at: number): number {
    if (this.#payloadLeft > 0) {
      const taken = Math.min(this.#payloadLeft, bytes.length - at);
      this.#payloadLeft -= taken;
      return taken;
    }
    this.#header.push(bytes[at] ?? 0);
    const [, second = 0] = this.#header;
    const length = second & 0x7f;
    const lengthBytes = length === 126 ? 2 : length === 127 ? 8 : 0;
    // Frames of a server have no mask, but a client on the other side of a proxy may be one.
    const total = 2 + lengthBytes + (second & 0x80 ? 4 : 0);
    if (this.#header.length < 2 || this.#header.length < total) return 1;
    const extended = this.#header.slice(2, 2 + lengthBytes);
    this.#payloadLeft = lengthBytes === 0
      ? length
      : extended.reduce((sum, byte) => sum * 256 + byte, 0);
    this.#header = [];
    return 1;
  }
}

/** A close frame of a server. */
export function closeFrame(code: number, reason: string): Uint8Array {
  const text = new TextEncoder().encode(reason);
  return new Uint8Array([0x88, text.length + 2, code >> 8, code & 0xff, ...text]);
}

/** Collects the head of a client's request. */
export class RequestHead {
  #bytes: Uint8Array = new Uint8Array();

  /**
   * Takes the next bytes.
   *
   * @returns The whole head and what followed it, null while it is not whole.
   * @throws {RangeError} It is too long for a head.
   */
  feed(bytes: Uint8Array): { readonly head: string; readonly rest: Uint8Array } | null {
    const all = new Uint8Array(this.#bytes.length + bytes.length);
    all.set(this.#bytes);
    all.set(bytes, this.#bytes.length);
    this.#bytes = all;
    // One byte is one character, so places in the text are places in the bytes.
    const text = Array.from(all, (byte) => String.fromCharCode(byte)).join("");
    const end = text.indexOf("\r\n\r\n");
    if (end >= 0) return { head: text.slice(0, end + 4), rest: all.subarray(end + 4) };
    if (all.length > MAX_HEAD_BYTES) {
      throw new RangeError("Cannot forward the request as its head must be shorter than 64 KiB");
    }
    return null;
  }
}

/** The request as it goes to the target: for its host, and for its path unless the client named one. */
export function redirectRequest(head: string, to: URL): string {
  return head
    .replace(/^(\S+) \/ /, (_, method: string) => `${method} ${to.pathname}${to.search} `)
    .replace(/^host:.*$/im, `Host: ${to.host}`);
}
