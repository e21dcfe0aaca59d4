/**
 * One shard of the store's twin: its methods, put together from the registry
 * of sessions (shard-sessions.ts) and the tasks (shard-tasks.ts). What is here
 * are the steps in which the two meet; the clock is read once in each.
 */
import type {
	AttemptName,
	ClaimReply,
	ClaimRequest,
	EndOutcome,
	GiveBack,
	GiveBackOutcome,
	Lease,
	ListReply,
	ListRequest,
	NodeRecord,
	OpenReply,
	OpenRequest,
	Pulse,
	PutBack,
	Registry,
	RevokeReply,
	RevokeRequest,
	RoutesKnown,
	Shard,
	ShardCounts,
	SubmitOutcome,
} from "../../node/ports.ts";
import type { SessionName } from "../../protocol/lease.ts";
import {
	CRASHES_MAX,
	ENDED_KEPT_MS,
	RECONCILE_MAX,
} from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import { isEnded } from "../../protocol/state.ts";
import type { NewTask, TaskEnd, TaskRecord } from "../../protocol/task.ts";
import type { Generation } from "../../protocol/token.ts";
import { takeTasks } from "./claim.ts";
import type {
	Asker,
	MemoryShardParts,
	ShardContents,
} from "./shard-contents.ts";
import { byRoute } from "./shard-queues.ts";
import type { Sessions } from "./shard-sessions.ts";
import type { Tasks } from "./shard-tasks.ts";
import { lost } from "./task-record.ts";

export class MemoryShard implements Shard {
	readonly index: number;
	readonly #parts: MemoryShardParts;
	/** What it holds, to look at from outside, and to have a hand in. */
	readonly contents: ShardContents;
	readonly #asker: Asker;

	constructor(parts: MemoryShardParts, asker: Asker) {
		this.index = parts.index;
		this.#parts = parts;
		this.contents = parts.contents;
		this.#asker = asker;
	}

	/** The same shard, as it is to somebody who goes by so many. */
	as(shards: number | undefined): MemoryShard {
		return this.for({ shards });
	}

	/** The same shard, for those who say each time whom they ask for. */
	for(asker: Asker): MemoryShard {
		return new MemoryShard(this.#parts, asker);
	}

	get #shards(): number | undefined {
		return this.#asker.shards;
	}

	get #sessions(): Sessions {
		return this.contents.sessions;
	}

	get #tasks(): Tasks {
		return this.contents.tasks;
	}

	#nowMs(): number {
		return this.#parts.nowMs();
	}

	async open(request: OpenRequest): Promise<OpenReply> {
		const nowMs = this.#nowMs();
		if (this.#sessions.hasLaterLife(request, nowMs))
			return { ok: false, code: "older_life" };
		const shards = this.#keepNumber();
		if (shards !== undefined) {
			if (this.index === 0) return { ok: false, code: "other_shards", shards };
			this.contents.number.fixed = this.#shards;
		}
		return this.#sessions.open(request, nowMs);
	}

	async adopt(known: Generation): Promise<Generation> {
		return this.#sessions.tokens.adopt(known, this.#nowMs());
	}

	async describe(session: SessionName, record: NodeRecord): Promise<string> {
		return this.#sessions.describe(session, record);
	}

	async pulse(
		session: SessionName,
		ttlMs: number,
		routes: RoutesKnown = {},
	): Promise<Pulse> {
		const nowMs = this.#nowMs();
		const isHome = this.index === 0;
		const shards = isHome ? this.#keepNumber() : undefined;
		if (shards !== undefined)
			return { ok: false, code: "other_shards", shards };
		const refused = this.#sessions.refusalOf(session);
		if (refused !== undefined) return { ok: false, code: refused };
		if (!isHome && this.#keepNumber() !== undefined)
			return { ok: false, code: "revoked" };
		this.#sessions.renew(session, nowMs, ttlMs);
		this.#sessions.forgetGone(nowMs);
		const overdue = this.#sessions.overdue(nowMs, ttlMs);
		return {
			ok: true,
			nowMs,
			raised: this.#sessions.tokens.raised(),
			running: this.#tasks.running(session).length,
			...this.#sessions.seenBy(session),
			expired: overdue.filter(({ expiresMs }) => expiresMs <= nowMs),
			overdue: overdue.filter(({ expiresMs }) => expiresMs > nowMs),
			...this.#tasks.sortRoutes(routes),
		};
	}

	async close(session: SessionName, limit: number): Promise<PutBack> {
		const nowMs = this.#nowMs();
		if (this.#sessions.hasLease(session)) this.#sessions.revoke(session);
		const how = { end: "handed-back" } as const;
		const waiting = this.contents
			.heldBy(session, limit)
			.map((held) => this.#tasks.putBack(held, how, nowMs));
		const left = this.#tasks.running(session).length;
		if (left === 0) this.#sessions.close(session, nowMs);
		return { putBack: byRoute(waiting), left };
	}

	async submit(
		tasks: readonly NewTask[],
		lease?: Lease,
		unserved: readonly Route[] = [],
	): Promise<SubmitOutcome[]> {
		this.contents.number.check(this.#shards);
		const nowMs = this.#nowMs();
		const isWaitedFor = ({ route }: NewTask) => this.#tasks.queues.has(route);
		if (
			lease === undefined ||
			this.contents.refusalOf(lease, nowMs) !== undefined ||
			tasks.some(isWaitedFor)
		)
			return tasks.map((task) =>
				this.#tasks.add(task, !unserved.includes(task.route), nowMs),
			);
		const nextHolder = this.#holderOf(lease);
		return tasks.map((task) => this.#tasks.addStarted(task, nextHolder, nowMs));
	}

	async claim(request: ClaimRequest): Promise<ClaimReply> {
		const { routes } = request;
		const nowMs = this.#nowMs();
		const code = this.contents.refusalOf(request, nowMs);
		if (code !== undefined) return { ok: false, code };
		const nextHolder = this.#holderOf(request);
		const tasks = takeTasks(this.#tasks, request, nextHolder, nowMs);
		const waiting = routes.map((route) => this.#tasks.queues.waiting(route));
		return { ok: true, tasks, waiting };
	}

	async complete(
		ends: readonly TaskEnd[],
	): Promise<{ outcomes: EndOutcome[]; endedKept: number }> {
		const nowMs = this.#nowMs();
		const outcomes = ends.map((end) => this.#tasks.end(end, nowMs));
		this.#tasks.closeStep(nowMs);
		return { outcomes, endedKept: this.#tasks.endedKept };
	}

	async giveBack(tasks: readonly GiveBack[]): Promise<GiveBackOutcome[]> {
		const nowMs = this.#nowMs();
		const outcomes = tasks.map(
			({ id, token, end, message }): GiveBackOutcome => {
				const held = this.#tasks.held(id, token);
				if (held === undefined) {
					this.#tasks.refuseStale();
					return "stale_token";
				}
				const crashes = held.crashes + (end === "crashed" ? 1 : 0);
				const task = { ...held, crashes };
				if (end === "crashed" && crashes >= CRASHES_MAX) {
					this.#tasks.giveUp(task, { end }, nowMs, message);
					return "ended";
				}
				this.#tasks.putBack(task, { end }, nowMs);
				return "pending";
			},
		);
		this.#tasks.closeStep(nowMs);
		return outcomes;
	}

	async revoke(request: RevokeRequest): Promise<RevokeReply> {
		const { session, grounds, limit } = request;
		const nowMs = this.#nowMs();
		if (!this.#sessions.hasLease(session))
			return { ok: true, putBack: [], left: 0 };
		if (!this.#sessions.mayRevoke(session, grounds, nowMs))
			return { ok: false, code: "renewed" };
		this.#sessions.revoke(session);
		const end = grounds.when === "expired" ? "lease-lost" : "revoked";
		const waiting: TaskRecord[] = [];
		const running = this.#tasks.running(session);
		// One that is left of many was not alone.
		const alone = running.length === 1 && !this.#sessions.isTakenApart(session);
		for (const held of this.contents.heldBy(session, limit)) {
			const { task, how, givenUp } = lost(held, end, alone);
			if (givenUp !== undefined) this.#tasks.giveUp(task, how, nowMs, givenUp);
			else waiting.push(this.#tasks.putBack(task, how, nowMs));
		}
		this.#tasks.closeStep(nowMs);
		const left = this.#tasks.running(session).length;
		if (left === 0) this.#sessions.remove(session, nowMs);
		else this.#sessions.takeApart(session);
		return { ok: true, putBack: byRoute(waiting), left };
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

	async trim(keptMax: number, keptMs = ENDED_KEPT_MS): Promise<number> {
		const forgotten = this.#tasks.trim(keptMax, keptMs, this.#nowMs());
		for (const id of forgotten) this.#parts.forgot(id);
		return forgotten.length;
	}

	async get(ids: readonly string[]): Promise<(TaskRecord | undefined)[]> {
		this.contents.number.check(this.#shards);
		return ids.map((id) => this.#tasks.get(id));
	}

	async over(ids: readonly string[]): Promise<string[]> {
		const isOver = (task?: TaskRecord) => !task || isEnded(task.state);
		return ids.filter((id) => isOver(this.#tasks.get(id)));
	}

	async list(request: ListRequest): Promise<ListReply> {
		this.contents.number.check(this.#shards);
		return this.#tasks.list(request);
	}

	async counts(): Promise<ShardCounts> {
		this.contents.number.check(this.#shards);
		return this.#tasks.counts();
	}

	async askToDrain(nodeId: string): Promise<boolean> {
		return this.#sessions.askToDrain(nodeId);
	}

	async nodes(): Promise<Registry> {
		const nowMs = this.#nowMs();
		const nodes = this.#sessions.nodes(nowMs).map(({ session, ...node }) => ({
			...node,
			running: this.#tasks.running(session).length,
		}));
		const { clockStepsBack, opens } = this.#sessions;
		return { nowMs, clockStepsBack, opens, nodes };
	}

	#holderOf({ session }: Lease) {
		return () => ({ session, token: this.#sessions.tokens.next() });
	}

	/** The number that is there, where it is another than that of who asks. */
	#keepNumber(): number | undefined {
		return this.#shards === undefined
			? undefined
			: this.contents.number.keep(this.#shards);
	}
}
