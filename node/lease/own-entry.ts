/**
 * OwnEntry: what a shard's registry has of this node. Makes it, puts it back, and asks for it
 * when a pulse was refused, or could not be answered.
 */
import type { SessionName } from "../../protocol/lease.ts";
import type {
	NodeRecord,
	OpenReply,
	OpenRequest,
	RegisteredNode,
	ShardSessions,
} from "../ports.ts";

export class OwnEntry {
	readonly #sessions: Pick<ShardSessions, "open" | "describe" | "nodes">;
	readonly #report: { record(): NodeRecord };

	/** `report`: see self-report.ts. */
	constructor(
		sessions: Pick<ShardSessions, "open" | "describe" | "nodes">,
		report: { record(): NodeRecord },
	) {
		this.#sessions = sessions;
		this.#report = report;
	}

	/** A new session, of the node as it is now. @throws StoreError */
	open(from: Omit<OpenRequest, "record">): Promise<OpenReply> {
		return this.#sessions.open({ record: this.#report.record(), ...from });
	}

	/** Into a registry that has lost it. Returns the node's name. @throws StoreError */
	putBack(session: SessionName): Promise<string> {
		return this.#sessions.describe(session, this.#report.record());
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
		const { nodes } = await this.#sessions.nodes();
		return nodes.find(({ record }) => record.nodeId === nodeId);
	}
}
