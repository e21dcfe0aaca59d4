/**
 * When a node opened its sessions, as its log tells. A session may have been open a little
 * before its node heard of it; from then on it can do what it likes with others' leases.
 */
export interface Opening {
	readonly node: string;
	/** By this host's wall clock. */
	readonly wallMs: number;
}

/** A line that was cut short by a kill has the next life's first one at its end. */
const OPENED = /.*"time":(\d+).*"msg":"session opened"/g;

export function readOpenings(node: string, log: string): Opening[] {
	return [...log.matchAll(OPENED)].map(([, time]) => {
		return { node, wallMs: Number(time) };
	});
}
