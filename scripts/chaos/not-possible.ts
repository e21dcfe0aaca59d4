/**
 * Chaos cannot do here what it was asked for. The message is one sentence that says why,
 * and what to do.
 */
export class NotPossible extends Error {}
