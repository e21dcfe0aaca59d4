/** Chaos cannot do what it was asked for, here: one sentence that says why, and what to do. */
export class NotPossible extends Error {}
