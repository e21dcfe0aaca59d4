/**
 * A node's name: kept for as long as an object lives, and chosen as the store does.
 */
import type { NodeName, NodeRecord } from "../../node/ports.ts";
import { parseSession, type SessionName } from "../../protocol/lease.ts";

export class NameInMemory implements NodeName {
	readonly wished: string;
	current: string;

	constructor(wished: string) {
		this.wished = wished;
		this.current = wished;
	}

	give(name: string): void {
		this.current = name;
	}
}

/** The name that the store gives a node that opens a session: see `lua/name.lua`. */
export function nameFor(
	{ nodeId, name, wishedName = name }: NodeRecord,
	leases: ReadonlyMap<SessionName, number>,
	nodes: ReadonlyMap<string, { readonly record: NodeRecord | undefined }>,
): string {
	const taken = new Set<string | undefined>();
	for (const [session, endMs] of leases) {
		const { nodeId: other } = parseSession(session);
		if (endMs === 0 || other === nodeId) continue;
		taken.add(nodes.get(other)?.record?.name);
	}
	if (!taken.has(name)) return name;
	let free = wishedName;
	for (let number = 2; taken.has(free); number++)
		free = `${wishedName}-${number}`;
	return free;
}
