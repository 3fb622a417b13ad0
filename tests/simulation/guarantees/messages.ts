/**
 * Guarantees 17 to 23: what becomes of messages.
 *
 * @module
 */

import { Planned } from "../planned.ts";
import type { Run } from "../run.ts";
import { type Call, keyOf, type Seen } from "../seen.ts";
import type { Books, Check, Queued } from "./books.ts";

/** What the client says for itself, on a connection. */
function isOwn(key: string): boolean {
  return key === "probe" || key.startsWith("handshake");
}

/**
 * Messages leave in the order accepted; those sent inside an `open` listener go first. Keeps the
 * books about the queue, for the others.
 */
export function guarantee17(run: Run): Check {
  const { books, setting } = run;
  /** The calls of `send` that have not returned, and whether each handed its message over. */
  const calls: Sending[] = [];
  const take = (): void => {
    books.queuedBytes -= books.queue.shift()?.bytes ?? 0;
  };
  /** Decides by the documentation what becomes of a message that no socket takes at once. */
  const book = (sending: Sending | undefined): void => {
    const { queue } = setting;
    if (!queue || !sending || sending.isDone || sending.isAccepted !== null) return;
    const { call } = sending;
    if (call.wasOver || call.wasOffered || call.key === "invalid") return;
    const { key: slot, ttlMs = Infinity, queue: isWanted = true } = call.options ?? {};
    if (!isWanted) return void (sending.isAccepted = false);
    const old = (): Queued | undefined =>
      books.queue.find((it) => slot !== undefined && it.slot === slot);
    const isFull = (): boolean =>
      books.queue.length - (old() ? 1 : 0) >= queue.maxMessages ||
      books.queuedBytes - (old()?.bytes ?? 0) + call.bytes > queue.maxBytes;
    if (isFull()) {
      for (const it of books.queue.filter(({ untilMs }) => untilMs <= call.atMs)) {
        remove(books, it, "expired");
      }
    }
    const evicts = queue.overflow === "drop-oldest" && queue.maxMessages > 0 &&
      call.bytes <= queue.maxBytes;
    sending.isAccepted = !isFull() || evicts;
    if (!sending.isAccepted) {
      if (queue.overflow !== "throw") books.owed.push({ key: call.key, code: "queue-overflow" });
      return;
    }
    const replaced = old();
    if (replaced) {
      const mayBe = replaced.untilMs <= call.atMs ? "expired" : undefined;
      remove(books, replaced, "replaced", mayBe);
    }
    const { key, bytes } = call;
    books.queue.push({ key, bytes, slot, untilMs: call.atMs + ttlMs });
    books.queuedBytes += bytes;
    while (books.queue.length > queue.maxMessages || books.queuedBytes > queue.maxBytes) {
      books.owed.push({ key: books.queue[0]?.key ?? "", code: "queue-overflow" });
      take();
    }
  };
  const returned = ({ call, result, error }: Seen & { readonly kind: "return" }): void => {
    if (error === undefined || (error as { code?: unknown }).code === "queue-overflow") {
      book(calls.at(-1));
    }
    const sending = calls.pop();
    if (sending?.overtakes && sending.isAccepted !== null) {
      run.fail(17, `${call.key} waits behind the queue, though sent inside an open listener`);
    }
    if (call.wasOffered) books.owed.push({ key: call.key, code: "send-failed" });
    if (!sending || sending.isAccepted === null || error !== undefined) return;
    if (result !== sending.isAccepted) run.fail(19, `send returns ${result} for ${call.key}`);
  };
  /** What is too old is passed over, up to this message. */
  const expire = (key: string): number => {
    const nowMs = run.clock.now();
    for (let first; (first = books.queue[0]) && first.key !== key && first.untilMs <= nowMs;) {
      remove(books, first, "expired");
    }
    return nowMs;
  };
  const handed = (key: string): void => {
    if (isOwn(key)) return;
    const sending = calls.at(-1);
    const isSent = sending?.call.key === key && !sending.isDone && sending.isAccepted === null;
    const isGreeting = run.inside.includes("open") || run.inside.includes("open+");
    // Their drops may be due later.
    if (isSent && !isGreeting) expire(key);
    if (isSent && (isGreeting || books.queue.length === 0)) {
      if (!isGreeting && isFullNow(run)) run.fail(55, `${key} is handed over to a full socket`);
      sending.isDone = true;
      return;
    }
    // The call has begun this flush, by its drop: its message was queued before. One that finds a full
    // socket begins it before.
    if (sending?.call.isConverted && !books.isHeldUp) book(sending);
    const nowMs = expire(key);
    if (Number(books.queue[0]?.untilMs) <= nowMs) run.fail(54, `${key} is handed over, too old`);
    if (isFullNow(run)) run.fail(55, `${key} is handed over to a full socket`);
    if (books.queue[0]?.key !== key) {
      run.fail(17, `${key} is handed over instead of ${books.queue[0]?.key}`);
    }
    take();
  };
  return (seen) => {
    // What is dropped inside a call shows that the call was decided.
    if (seen.kind === "told" && seen.type === "drop" && calls.at(-1)?.call.isConverted) {
      book(calls.at(-1));
    }
    if (seen.kind === "call" && seen.name === "send") {
      // A call inside another one comes after it, unless the other's value is being converted.
      if (calls.at(-1)?.call.isConverted) book(calls.at(-1));
      const { connection } = run.socket ?? {};
      const isUsable = connection?.readyState === 1 && !connection.clientClose;
      calls.push({
        call: seen,
        isDone: false,
        isAccepted: null,
        overtakes: /^open/.test(run.inside.at(-1) ?? "") && run.client.readyState === 1 &&
          isUsable && seen.isConverted,
      });
    } else if (seen.kind === "hands") handed(seen.key);
    else if (seen.kind === "return" && seen.call.name === "send") returned(seen);
    else if (seen.kind === "refused") {
      const sending = calls.at(-1);
      if (isOwn(seen.key)) return;
      if (sending && sending.call.key === seen.key) sending.call.wasOffered = true;
      else {
        expire(seen.key);
        if (books.queue[0]?.key !== seen.key) run.fail(17, `${seen.key} is offered out of order`);
        books.owed.push({ key: seen.key, code: "send-failed" });
        take();
      }
    } else if (seen.kind === "line" && books.queue.length > 0) {
      const isUsable = run.client.readyState === 1 && run.socket?.connection.readyState === 1;
      const isWaiting = isFullNow(run) || run.nowMs - books.fullAtMs <= 100 || run.isOverdue;
      if (isUsable && !run.socket.connection.clientClose && !isWaiting) {
        run.fail(17, `${books.queue[0]?.key} is not sent although the connection is open`);
      }
    }
  };
}

/** Books that a queued message will not be sent. */
function remove(books: Books, queued: Queued, code: string, mayBe?: string): void {
  books.queue = books.queue.filter((it) => it !== queued);
  books.queuedBytes -= queued.bytes;
  books.owed.push({ key: queued.key, code, mayBe });
}

/** Whether the socket in use holds more than it may. */
function isFullNow({ setting, socket }: Run): boolean {
  const { queue, runtime } = setting;
  if (!socket || queue?.maxBufferedBytes === undefined || runtime === "workerd") return false;
  return socket.connection.bufferedAmount > queue.maxBufferedBytes;
}

/** What waits for room in the socket leaves when there is some, and one `drain` follows. */
export function guarantee55(run: Run): Check {
  const { books } = run;
  return (seen) => {
    const isFull = isFullNow(run);
    if (isFull && run.client?.readyState === 1) books.fullAtMs = run.nowMs;
    if (seen.kind === "return" && seen.call.name === "send" && isFull && !seen.call.wasOver) {
      const { socket, setting } = run;
      const isUsable = socket?.connection.readyState === 1 && !socket.connection.clientClose;
      const isOpen = run.client.readyState === 1 && isUsable && setting.queue;
      if (isOpen && seen.result === false && !seen.call.wasOffered) books.isHeldUp = true;
    }
    if (seen.kind === "line" && isFull && books.queue.length > 0) {
      if (run.client.readyState === 1) books.isHeldUp = true;
    }
    if (seen.kind === "told" && seen.type === "drain") {
      if (seen.readyState !== 1) run.fail(55, `drain while readyState is ${seen.readyState}`);
      if (isFull || books.queue.length > 0) run.fail(55, "drain before there is room");
      books.isHeldUp = false;
    }
    if (seen.kind === "line" && books.isHeldUp && run.client.readyState === 1) {
      const { connection } = run.socket ?? {};
      const isUsable = connection?.readyState === 1 && !connection.clientClose;
      const openedAtMs = books.openedAtMs ?? run.nowMs;
      const isDue = run.nowMs - Math.max(books.fullAtMs, openedAtMs) > 100 && !run.isOverdue;
      if (isDue && isUsable) run.fail(55, "no drain though there is room");
    }
  };
}

/** A call of `send` that has not returned. */
interface Sending {
  readonly call: Call;
  /** Whether its message was handed over inside it. */
  isDone: boolean;
  /** Whether it is made inside an `open` listener, and the connection can take it. */
  readonly overtakes: boolean;
  /** What the queue does with the message; null: it was not asked yet. */
  isAccepted: boolean | null;
}

/** Each message is handed to at most one socket, with the bytes it had when it was sent (20). */
export function guarantee18(run: Run): Check {
  const accepted = new Set<string>();
  const handed = new Set<string>();
  return (seen) => {
    if (seen.kind === "call" && seen.name === "send") accepted.add(seen.key);
    if (seen.kind !== "hands" || isOwn(seen.key)) return;
    if (handed.has(seen.key)) run.fail(18, `${seen.key} is handed over twice`);
    if (!accepted.has(seen.key)) run.fail(20, `${seen.key} is not what was sent`);
    handed.add(seen.key);
  };
}

/** Whatever is dropped is told, and nothing else. */
export function guarantee19(run: Run): Check {
  const { books } = run;
  return (seen) => {
    if (seen.kind === "told" && seen.type === "drop") {
      const { data, error } = seen.event as Event & { data: unknown; error: { code: string } };
      const key = keyOf(data);
      books.told.push({ key, code: error.code });
      const queued = books.queue.find((it) => it.key === key);
      // When it is looked at is not promised.
      if (error.code === "expired" && queued && queued.untilMs <= run.clock.now()) {
        remove(books, queued, "expired");
      }
      const aged = books.owed.find((owed) => owed.key === key && owed.mayBe === error.code);
      if (aged) aged.code = error.code;
    }
    if (seen.kind !== "line") return;
    const owed = books.owed.map(({ key, code }) => `${code} ${key}`).sort().join();
    const told = books.told.map(({ key, code }) => `${code} ${key}`).sort().join();
    if (owed !== told) run.fail(19, `dropped: ${owed || "nothing"}; told: ${told || "nothing"}`);
    books.owed = [];
    books.told = [];
  };
}

/**
 * What arrives is told once, in order, unless the handshake took it or it is a reply to the heartbeat
 * (decision 9; with guarantee 9 this says when).
 */
export function arrivals(run: Run): Check {
  let waiting: unknown[] = [];
  const { heartbeat } = run.setting;
  const isTaken = (data: unknown): boolean =>
    run.user.received.has(data) ||
    (heartbeat?.isReply === true && typeof data === "string" && data.startsWith("reply"));
  return (seen) => {
    if (seen.kind === "inner" && seen.type === "message") {
      const { state } = run.client;
      if (seen.socket.isDead || (state !== "open" && state !== "connecting")) return;
      waiting.push((seen.event as MessageEvent).data);
    } else if (seen.kind === "told" && seen.type === "message") {
      const { data } = seen.event as MessageEvent;
      const index = waiting.indexOf(data);
      const skipped = waiting.slice(0, index).filter((other) => !isTaken(other));
      if (index < 0) run.fail(9, `a message is told that did not come, or twice: ${data}`);
      if (skipped.length > 0) run.fail(9, `message ${data} is told before ${skipped[0]}`);
      waiting = waiting.slice(index + 1);
    } else if (seen.kind === "told" && seen.type === "close") waiting = [];
    else if (seen.kind === "line" && run.client.state === "open") {
      const missed = waiting.filter((data) => !isTaken(data));
      if (missed.length > 0) run.fail(9, `message ${missed[0]} is not told`);
      waiting = [];
    }
  };
}

/** `bufferedAmount` is what is queued and what the socket holds. */
export function guarantee21(run: Run): Check {
  return (seen) => {
    if (seen.kind !== "line") return;
    const { client, books, socket, setting } = run;
    const { state } = client;
    if (state === "closing") return;
    const isAttached = socket && !socket.isDead && setting.runtime !== "workerd";
    const expected = (state === "closed" ? 0 : books.queuedBytes) +
      (isAttached ? socket.connection.bufferedAmount : socket?.unsentBytes ?? 0);
    if (client.bufferedAmount !== expected) {
      run.fail(21, `bufferedAmount ${client.bufferedAmount}, not ${expected}`);
    }
  };
}

/** What has no conversion throws at `send()`, whatever the state; so does a refusal that must. */
export function guarantee22(run: Run): Check {
  const { setting } = run;
  return (seen) => {
    if (seen.kind !== "return" || seen.call.name !== "send") return;
    const { name = "", code } = (seen.error ?? {}) as { readonly name?: string; code?: unknown };
    if (seen.call.key === "invalid") {
      if (name !== "TypeError") run.fail(22, `a wrong value: ${name || seen.result}`);
    } else if (name === "InvalidStateError") {
      if (setting.queue || seen.call.wasOver) run.fail(22, "send throws");
    } else if (code === "queue-overflow") {
      if (setting.queue?.overflow !== "throw") run.fail(22, "send throws an overflow");
    } else if (name && !(seen.error instanceof Planned)) run.fail(22, `send throws ${name}`);
  };
}

/** After the end nothing is kept, and what was not handed over is given back. */
export function guarantee23(run: Run): Check {
  const { books } = run;
  return (seen) => {
    if (seen.kind === "return" && seen.call.name === "send") {
      if (seen.call.wasOver && seen.result === true) run.fail(23, "send accepts after the end");
    }
    if (seen.kind === "told" && seen.type === "close" && books.isOver) {
      const old = books.queue.find(({ untilMs }) => untilMs <= run.clock.now());
      // A listener that blocked may have made it old.
      if (old && run.disturbedAtMs < run.nowMs) run.fail(54, `${old.key} outlives its age`);
    }
    if (seen.kind !== "end" || !books.ending) return;
    const kept = books.queue.map(({ key }) => key).join();
    const given = books.ending.undelivered.map(keyOf).join();
    if (kept !== given) run.fail(23, `kept ${kept}, given back ${given}`);
    if (run.client.bufferedAmount !== (run.socket?.unsentBytes ?? 0)) {
      run.fail(23, `bufferedAmount ${run.client.bufferedAmount} after the end`);
    }
  };
}
