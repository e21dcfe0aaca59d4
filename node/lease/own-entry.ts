/**
 * OwnEntry: what a shard's registry has about this node. Makes the entry, renews it,
 * restores it, and reads it when a pulse was refused or could not be answered.
 */
import { parseSession, type SessionName } from "../../protocol/lease.ts";
import {
	type Begun,
	type Clock,
	type NodeRecord,
	type OpenReply,
	type OpenRequest,
	type Pulse,
	type RegisteredNode,
	type RoutesKnown,
	type ShardSessions,
	StoreError,
	unsettled,
} from "../ports.ts";

export interface OwnEntryParts {
	readonly shard: { readonly sessions: Sessions };
	readonly clock: Clock;
	/** See self-report.ts. */
	readonly report: { record(): NodeRecord };
	/** See shard-memory.ts. */
	readonly memory: {
		nowMs(): number;
		answered(nowMs: number, sentMs: number): void;
	};
	/** See home-word.ts. */
	readonly home: {
		/** Until when the cluster is certain to have this node's number of shards. */
		readonly sureUntilMs: number;
	};
}

type Sessions = Pick<ShardSessions, "open" | "describe" | "pulse" | "nodes">;
type Answer = Exclude<OpenReply, { readonly code: "late" }>;

export class OwnEntry {
	/** The number of renewals, by how they came out. */
	readonly renewals = { ok: 0, refused: 0, failed: 0 };
	readonly #sessions: Sessions;
	readonly #report: OwnEntryParts["report"];
	readonly #parts: OwnEntryParts;
	/** The address of this node that the registry has, or will have as soon as the message arrives. */
	#told = "";

	constructor(parts: OwnEntryParts) {
		this.#sessions = parts.shard.sessions;
		this.#report = parts.report;
		this.#parts = parts;
	}

	/**
	 * Opens a new session of the node as it is now. A shard that is to take the node's
	 * number of shards must be told, in its own time, until when that is sure. If its clock
	 * is not known yet, its answer to a first try tells it.
	 *
	 * @throws StoreError
	 */
	async open(from: Omit<OpenRequest, "record">): Promise<Answer> {
		const { memory, clock } = this.#parts;
		const sentMs = clock.monoMs();
		const first = await this.#open(from);
		if (first.ok || first.code !== "late") return first;
		memory.answered(first.nowMs, sentMs);
		const second = await this.#open(from);
		if (second.ok || second.code !== "late") return second;
		throw unsettled();
	}

	#open(from: Omit<OpenRequest, "record">): Promise<OpenReply> {
		const { memory, clock, home } = this.#parts;
		const record = this.#record();
		const sureMs = home.sureUntilMs - clock.monoMs();
		const sureUntilMs = Math.max(0, Math.floor(memory.nowMs() + sureMs));
		return this.#sessions.open({ record, ...from, sureUntilMs });
	}

	/**
	 * Restores the entry in a registry that has lost it, or has an earlier one. Returns the
	 * node's name. @throws StoreError
	 */
	async putBack(session: SessionName): Promise<string> {
		const before = this.#told;
		try {
			return await this.#sessions.describe(session, this.#record());
		} catch (error) {
			this.#told = before;
			throw error;
		}
	}

	/**
	 * Whether what the registry has about this node no longer holds: the address at which it is
	 * reached, as Redis was connected to over another network; or whether its machine may soon
	 * be taken away; or which machine that is, if it is known only now.
	 */
	get hasChanged(): boolean {
		return tellable(this.#report.record()) !== this.#told;
	}

	#record(): NodeRecord {
		const record = this.#report.record();
		this.#told = tellable(record);
		return record;
	}

	/**
	 * Renews the session's lease. A store that takes no writes answers no pulse, but can be
	 * asked whether the lease was taken before that, while this node slept or was cut off.
	 *
	 * @throws StoreError
	 */
	async pulse(
		session: SessionName,
		ttlMs: number,
		known: RoutesKnown,
		begun: readonly Begun[],
	): Promise<Pulse> {
		const { renewals } = this;
		try {
			const pulse = await this.#sessions.pulse(session, ttlMs, known, begun);
			renewals[pulse.ok ? "ok" : "refused"] += 1;
			return pulse;
		} catch (error) {
			renewals.failed += 1;
			if (!(error instanceof StoreError) || error.kind !== "full") throw error;
			const code = await this.#endOf(parseSession(session).epoch);
			if (code === undefined) throw error;
			return { ok: false, code };
		}
	}

	/** How the session of this epoch has ended; undefined if it has a lease. @throws StoreError */
	async #endOf(epoch: number): Promise<"superseded" | "revoked" | undefined> {
		const own = await this.#newest();
		if (own?.epoch === epoch && own.expiresMs) return undefined;
		return own !== undefined && own.epoch > epoch ? "superseded" : "revoked";
	}

	/**
	 * Whether the newer session belongs to no other program: this one asked for it, or an
	 * earlier life of it, and the request reached the store late. A network may deliver what a
	 * closed connection, or a dead process, had sent. If the node's record is gone, nothing
	 * says that there is another program. If there is one, the session that this one opens
	 * next makes it look, too, and the later life of the two stays.
	 *
	 * @throws StoreError
	 */
	async isGhost(): Promise<boolean> {
		const newest = await this.#newest();
		if (newest === undefined) return true;
		return newest.record.startedMs <= this.#report.record().startedMs;
	}

	/** The newest session of this node, as the store has it. */
	async #newest(): Promise<RegisteredNode | undefined> {
		const { nodeId } = this.#report.record();
		const { nodes } = await this.#sessions.nodes();
		return nodes.find(({ record }) => record.nodeId === nodeId);
	}
}

function tellable(record: NodeRecord): string {
	const { http, p2p, url, atRisk, instanceId, labels } = record;
	return [http, p2p, url, atRisk, instanceId, ...labels].join(" ");
}
