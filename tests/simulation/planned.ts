/** What the functions of a run throw on purpose. */
export class Planned extends Error {}
