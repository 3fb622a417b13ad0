/**
 * A MessageEvent as browsers and Node have it, whose `data` and `origin` are getters of the prototype.
 * Deno's are fields of the instance, which hide what a compiled client does wrong.
 *
 * @module
 */
globalThis.MessageEvent = class MessageEvent extends Event {
  #init;

  constructor(type, init = {}) {
    super(type, init);
    this.#init = init;
  }
  get data() {
    return this.#init.data ?? null;
  }
  get origin() {
    return this.#init.origin ?? "";
  }
};
