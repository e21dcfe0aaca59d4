/**
 * OwnEntry: what a shard's registry has of this node, asked for where a pulse was refused,
 * or could not be answered.
 */
import type { NodeRecord, RegisteredNode, Shard } from "../ports.ts";

export class OwnEntry {
	readonly #shard: Pick<Shard, "nodes">;
	readonly #report: { record(): NodeRecord };

	/** `report`: see self-report.ts. */
	constructor(shard: Pick<Shard, "nodes">, report: { record(): NodeRecord }) {
		this.#shard = shard;
		this.#report = report;
	}

	/** How the session of this epoch has ended; undefined: it has a lease. @throws StoreError */
	async endOf(epoch: number): Promise<"superseded" | "revoked" | undefined> {
		const own = await this.#newest();
		if (own?.epoch === epoch && own.expiresMs) return undefined;
		return own !== undefined && own.epoch > epoch ? "superseded" : "revoked";
	}

	/**
	 * Whether the newer session is no other program's but was asked for by this
	 * one, or by an earlier life of it, and reached the store late: a network
	 * may deliver what a closed connection, or a dead process, had sent.
	 *
	 * @throws StoreError
	 */
	async isGhost(): Promise<boolean> {
		const newest = await this.#newest();
		if (newest === undefined) return false;
		return newest.record.startedMs <= this.#report.record().startedMs;
	}

	/** The newest session of this node, as the store has it. */
	async #newest(): Promise<RegisteredNode | undefined> {
		const { nodeId } = this.#report.record();
		const { nodes } = await this.#shard.nodes();
		return nodes.find(({ record }) => record.nodeId === nodeId);
	}
}
