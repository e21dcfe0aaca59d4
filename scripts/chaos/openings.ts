/**
 * When a node opened its sessions, according to its log. A session may have been open a
 * little before its node heard of it; from then on the node can do what it likes with
 * others' leases.
 */
export interface Opening {
	readonly node: string;
	/** The time by this host's wall clock. */
	readonly wallMs: number;
}

/** A line that a kill cut short has the next life's first line at its end. */
const OPENED = /.*"time":(\d+).*"msg":"session opened"/g;

export function readOpenings(node: string, log: string): Opening[] {
	return [...log.matchAll(OPENED)].map(([, time]) => {
		return { node, wallMs: Number(time) };
	});
}
