/**
 * The sessions of a shard of the store's twin: its methods, built from the registry of
 * sessions (shard-sessions.ts) and from what the tasks (shard-tasks.ts) have to do with
 * it. Each method reads the clock once.
 */
import type {
	AttemptName,
	Begun,
	Deaths,
	NodeLife,
	NodeRecord,
	OpenReply,
	OpenRequest,
	Pulse,
	PutBack,
	Registry,
	RevokeReply,
	RevokeRequest,
	RoutesKnown,
	ShardSessions,
} from "../../node/ports.ts";
import type { StoredKind } from "../../protocol/event.ts";
import {
	formatSession,
	parseSession,
	type SessionName,
} from "../../protocol/lease.ts";
import { RECONCILE_MAX } from "../../protocol/limits.ts";
import type { AttemptEnd } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import type { Generation } from "../../protocol/token.ts";
import { noteBegun } from "./begun.ts";
import { cancelAttempt } from "./cancel.ts";
import type {
	Asker,
	MemoryShardParts,
	ShardContents,
} from "./shard-contents.ts";
import { byRoute } from "./shard-queues.ts";
import type { Sessions } from "./shard-sessions.ts";
import type { Tasks } from "./shard-tasks.ts";
import { type Ending, isLostOften, lost } from "./task-record.ts";

export class MemorySessions implements ShardSessions {
	readonly #parts: MemoryShardParts;
	readonly #asker: Asker;

	constructor(parts: MemoryShardParts, asker: Asker) {
		this.#parts = parts;
		this.#asker = asker;
	}

	async open(request: OpenRequest): Promise<OpenReply> {
		const { record } = request;
		const nowMs = this.#parts.nowMs();
		if (this.#sessions.hasLaterLife(request, nowMs))
			return { ok: false, code: "older_life" };
		const { number } = this.#contents;
		const { shards: own } = this.#asker;
		if (this.#parts.index === 0) {
			const shards = this.#keepNumber();
			if (shards !== undefined)
				return { ok: false, code: "other_shards", shards };
		} else if (own !== undefined && number.fixed !== own) {
			if ((request.sureUntilMs ?? 0) < nowMs)
				return { ok: false, code: "late", nowMs };
			number.fixed = own;
		}
		const { opens } = this.#sessions;
		const { countRunning } = this.#contents;
		const opened = this.#sessions.open(request, nowMs, countRunning);
		this.#noteTaken("superseded");
		if (this.#sessions.opens > opens)
			this.#noteNode("node.up", formatSession(record.nodeId, opened.epoch));
		this.#contents.closeStep(nowMs);
		return opened;
	}

	async adopt(known: Generation): Promise<Generation> {
		return this.#sessions.tokens.adopt(known, this.#parts.nowMs());
	}

	async describe(session: SessionName, record: NodeRecord): Promise<string> {
		const before = this.#sessions.nodeOf(session)?.record;
		const name = this.#sessions.describe(session, record);
		const after = this.#sessions.nodeOf(session)?.record;
		if (after?.draining && !before?.draining)
			this.#noteNode("node.draining", session);
		if (after?.atRisk && !before?.atRisk)
			this.#noteNode("node.at-risk", session);
		this.#contents.closeStep(this.#parts.nowMs());
		return name;
	}

	async pulse(
		session: SessionName,
		ttlMs: number,
		routes: RoutesKnown = {},
		begun: readonly Begun[] = [],
	): Promise<Pulse> {
		const nowMs = this.#parts.nowMs();
		const isHome = this.#parts.index === 0;
		const shards = isHome ? this.#keepNumber() : undefined;
		if (shards !== undefined)
			return { ok: false, code: "other_shards", shards };
		const refused = this.#sessions.refusalOf(session);
		if (refused !== undefined) return { ok: false, code: refused };
		if (!isHome && this.#keepNumber() !== undefined)
			return { ok: false, code: "revoked" };
		this.#sessions.renew(session, nowMs, ttlMs);
		this.#sessions.forgetGone(nowMs);
		for (const attempt of begun) noteBegun(this.#tasks, attempt);
		const overdue = this.#sessions.leases.overdue(nowMs, ttlMs);
		return {
			ok: true,
			nowMs,
			raised: this.#sessions.tokens.raised(),
			running: this.#contents.countRunning(session),
			nextTimeMs: this.#contents.tasks.nextTimeMs,
			marks: this.#tasks.marks.told(session, nowMs),
			...this.#sessions.seenBy(session),
			accessVersion: this.#contents.access.version,
			expired: overdue.filter(({ expiresMs }) => expiresMs <= nowMs),
			overdue: overdue.filter(({ expiresMs }) => expiresMs > nowMs),
			...this.#tasks.sortRoutes(routes),
		};
	}

	async close(session: SessionName, limit: number): Promise<PutBack> {
		const nowMs = this.#parts.nowMs();
		if (this.#sessions.hasLease(session)) this.#sessions.revoke(session);
		const how = { end: "handed-back", why: "goodbye" } as const;
		const waiting = this.#contents
			.heldBy(session, limit)
			.flatMap((held) => this.#putBack(held, how, nowMs) ?? []);
		const left = this.#contents.countRunning(session);
		if (left === 0) {
			this.#noteNode("node.left", session);
			this.#sessions.close(session, nowMs);
			this.#tasks.marks.drop(session);
		}
		this.#contents.closeStep(nowMs);
		return { putBack: byRoute(waiting), left };
	}

	async revoke(request: RevokeRequest): Promise<RevokeReply> {
		const { session, grounds, limit, lostElsewhere } = request;
		const { countRunning } = this.#contents;
		const nowMs = this.#parts.nowMs();
		this.#sessions.sawLate(request);
		if (!this.#sessions.hasLease(session)) {
			const noDeath = this.#sessions.deathOf(session).grounds === "goodbye";
			const nothing = { ok: true, putBack: [], left: 0 } as const;
			return noDeath ? { ...nothing, noDeath } : nothing;
		}
		if (!this.#sessions.leases.mayRevoke(session, grounds, nowMs))
			return { ok: false, code: "renewed" };
		const isAlive = this.#sessions.leases.get(session) !== 0;
		this.#sessions.takeFrom(request, nowMs, countRunning);
		if (this.#noteTaken(grounds.when)) this.#noteNode("node.dead", session);
		this.#sessions.lostMs = nowMs;
		const { grounds: why, by } = this.#sessions.deathOf(session);
		const end: AttemptEnd =
			grounds.when === "expired" ? "lease-lost" : "revoked";
		const lostTasks = this.#contents.heldBy(session, limit);
		const startedMs = lostTasks.some(isLostOften)
			? this.#sessions.lostOneTask(session)
			: undefined;
		const isSuspect = startedMs !== undefined;
		if (isSuspect && lostElsewhere === undefined) {
			this.#contents.closeStep(nowMs);
			return { ok: false, code: "suspect", startedMs };
		}
		const alone = isSuspect && lostElsewhere === false;
		const waiting: TaskRecord[] = [];
		for (const held of lostTasks) {
			const taken = { end, why, ...(by !== "" && { by }), alone };
			const { task, how, givenUp } = lost(held, taken);
			if (held.cancel === undefined && givenUp !== undefined)
				this.#tasks.giveUp(task, how, nowMs, givenUp);
			else {
				const { alone: _, ...plain } = how;
				waiting.push(
					...(this.#putBack(
						task,
						held.cancel === undefined ? how : plain,
						nowMs,
					) ?? []),
				);
			}
		}
		this.#contents.closeStep(nowMs);
		const left = countRunning(session);
		if (left === 0) {
			this.#sessions.remove(session, nowMs);
			this.#tasks.marks.drop(session);
		}
		const taken = isAlive && ({ taken: true } as const);
		return { ok: true, ...taken, putBack: byRoute(waiting), left };
	}

	/** The task waits again; or it ends, if somebody has asked for that. */
	#putBack(held: TaskRecord, how: Ending, nowMs: number) {
		if (held.cancel === undefined)
			return [this.#tasks.putBack(held, how, nowMs)];
		cancelAttempt(this.#tasks, held, how, nowMs);
		return undefined;
	}

	async lostWith(life: NodeLife): Promise<number | undefined> {
		const { countRunning } = this.#contents;
		return this.#sessions.lostWith(life, this.#parts.nowMs(), countRunning);
	}

	async deaths(nodeId: string): Promise<Deaths> {
		const deaths = this.#sessions.deaths.of(nodeId);
		return { nowMs: this.#parts.nowMs(), deaths };
	}

	async askToDrain(nodeId: string): Promise<boolean> {
		return this.#sessions.askToDrain(nodeId);
	}

	async running(session: SessionName): Promise<readonly AttemptName[]> {
		return this.#tasks.running(session).slice(0, RECONCILE_MAX);
	}

	async unlisted(
		session: SessionName,
		attempts: readonly AttemptName[],
	): Promise<AttemptName[]> {
		const listed = new Set(
			this.#tasks.running(session).map(({ id, token }) => `${token} ${id}`),
		);
		return attempts.filter(({ id, token }) => !listed.has(`${token} ${id}`));
	}

	async nodes(): Promise<Registry> {
		const nowMs = this.#parts.nowMs();
		const nodes = this.#sessions.nodes(nowMs, this.#contents.countRunning);
		const { clockStepsBack, opens, lostMs } = this.#sessions;
		return { nowMs, clockStepsBack, opens, lostMs, nodes };
	}

	/** Sessions whose leases were taken in this step; false: none were. */
	#noteTaken(why: string): boolean {
		const taken = this.#sessions.lives.takeTaken();
		for (const { session: id, tasks } of taken)
			this.#contents.events.note({
				...{ about: { kind: "session.revoked", why }, id, tasks },
			});
		return taken.length > 0;
	}

	/** What becomes of a node is told by the first shard, of its newest session. */
	#noteNode(kind: StoredKind, session: SessionName): void {
		if (this.#parts.index !== 0 || !this.#sessions.nodeOf(session)) return;
		const { nodeId: id, epoch } = parseSession(session);
		this.#contents.events.note({ about: { kind }, id, epoch });
	}

	/** The present number of shards, if it differs from the asker's. */
	#keepNumber(): number | undefined {
		const { shards } = this.#asker;
		return shards === undefined
			? undefined
			: this.#contents.number.keep(shards);
	}

	get #contents(): ShardContents {
		return this.#parts.contents;
	}

	get #sessions(): Sessions {
		return this.#contents.sessions;
	}

	get #tasks(): Tasks {
		return this.#contents.tasks;
	}
}
