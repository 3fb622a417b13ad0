/** What the functions of a run throw on purpose; the message is the hook. */
export class Planned extends Error {}
