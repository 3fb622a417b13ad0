/** One inner socket of the client, as the platform saw it. */
export interface Dial {
  readonly atMs: number;
  /** The numbered messages handed to it. */
  readonly handed: number[];
}

/** What the client says to ask for a sign of life. */
export const PROBE = "ping";

/**
 * The platform's WebSocket, with a witness: a class for `sources.WebSocket` that notes every dial
 * and every message handed over in `dials`.
 */
export function recordingWebSocket(dials: Dial[]): typeof WebSocket {
  return class extends WebSocket {
    readonly #handed: number[] = [];

    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      dials.push({ atMs: performance.now(), handed: this.#handed });
    }

    override send(data: Parameters<WebSocket["send"]>[0]): void {
      super.send(data);
      if (data !== PROBE) this.#handed.push(Number(data));
    }
  };
}
