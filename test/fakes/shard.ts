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
	PulseWord,
	PutBack,
	Registry,
	RevokeReply,
	RevokeRequest,
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
import { ClusterNumber } from "./cluster-number.ts";
import { byRoute } from "./shard-queues.ts";
import { Sessions } from "./shard-sessions.ts";
import { Tasks } from "./shard-tasks.ts";
import { lost } from "./task-record.ts";
import { type Server, TokenCounter } from "./token-counter.ts";

export interface ShardImage {
	readonly sessions: Sessions;
	readonly tasks: Tasks;
	/** Of the cluster; undefined in all but the first shard, and where it is not fixed (any more). */
	readonly shards: number | undefined;
}

export class MemoryShard implements Shard {
	readonly index: number;
	readonly #nowMs: () => number;
	readonly #forgot: (id: string) => void;
	readonly number: ClusterNumber;
	#sessions: Sessions;
	#tasks = new Tasks();

	constructor(
		index: number,
		nowMs: () => number,
		server: Server,
		forgot: (id: string) => void,
		shards: number,
	) {
		this.index = index;
		this.number = new ClusterNumber(shards, index === 0);
		this.#nowMs = nowMs;
		this.#forgot = forgot;
		this.#sessions = new Sessions(new TokenCounter(server));
	}

	/** All that it holds now. */
	save(): ShardImage {
		return {
			sessions: this.#sessions.copy(),
			tasks: this.#tasks.copy(),
			shards: this.number.fixed,
		};
	}

	/** Holds what it held when the image was made; the image may be used again. */
	load({ sessions, tasks, shards }: ShardImage): void {
		this.number.fixed = shards;
		this.#sessions = sessions.copy();
		this.#tasks = tasks.copy();
	}

	/** By how much its clock was put back, in all. */
	get putBackMs(): number {
		return this.#sessions.tokens.putBackMs;
	}

	get isEmpty(): boolean {
		return this.#sessions.isEmpty && this.#tasks.isEmpty;
	}

	async open(request: OpenRequest): Promise<OpenReply> {
		return this.#sessions.open(request, this.#nowMs());
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
		{ shards, ...routes }: PulseWord = {},
	): Promise<Pulse> {
		const nowMs = this.#nowMs();
		const other = this.number.keep(shards);
		if (other !== undefined)
			return { ok: false, code: "other_shards", shards: other };
		const refused = this.#sessions.renew(session, nowMs, ttlMs);
		if (refused !== undefined) return { ok: false, code: refused };
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
		const waiting = this.#heldBy(session, limit).map((held) =>
			this.#tasks.putBack(held, how, nowMs),
		);
		const left = this.#tasks.running(session).length;
		if (left === 0) this.#sessions.close(session, nowMs);
		return { putBack: byRoute(waiting), left };
	}

	async submit(
		tasks: readonly NewTask[],
		lease?: Lease,
		unserved: readonly Route[] = [],
	): Promise<SubmitOutcome[]> {
		const nowMs = this.#nowMs();
		const isWaitedFor = ({ route }: NewTask) => this.#tasks.queues.has(route);
		if (
			lease === undefined ||
			this.#refusalOf(lease, nowMs) !== undefined ||
			tasks.some(isWaitedFor)
		)
			return tasks.map((task) =>
				this.#tasks.add(task, !unserved.includes(task.route), nowMs),
			);
		const nextHolder = () => ({
			session: lease.session,
			token: this.#sessions.tokens.next(),
		});
		return tasks.map((task) => this.#tasks.addStarted(task, nextHolder, nowMs));
	}

	async claim(request: ClaimRequest): Promise<ClaimReply> {
		const { session, routes } = request;
		const nowMs = this.#nowMs();
		const code = this.#refusalOf(request, nowMs);
		if (code !== undefined) return { ok: false, code };
		const nextHolder = () => ({ session, token: this.#sessions.tokens.next() });
		const tasks = takeTasks(this.#tasks, request, nextHolder, nowMs);
		const waiting = routes.map((route) => this.#tasks.queues.waiting(route));
		return { ok: true, tasks, waiting };
	}

	async complete(
		ends: readonly TaskEnd[],
	): Promise<{ outcomes: EndOutcome[]; endedKept: number }> {
		const nowMs = this.#nowMs();
		const outcomes = ends.map((end) => this.#tasks.end(end, nowMs));
		return { outcomes, endedKept: this.#tasks.endedKept };
	}

	async giveBack(tasks: readonly GiveBack[]): Promise<GiveBackOutcome[]> {
		const nowMs = this.#nowMs();
		return tasks.map(({ id, token, end, message }) => {
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
		});
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
		for (const held of this.#heldBy(session, limit)) {
			const { task, how, givenUp } = lost(held, end, alone);
			if (givenUp !== undefined) this.#tasks.giveUp(task, how, nowMs, givenUp);
			else waiting.push(this.#tasks.putBack(task, how, nowMs));
		}
		const left = this.#tasks.running(session).length;
		if (left === 0) this.#sessions.remove(session, nowMs);
		else this.#sessions.takeApart(session);
		return { ok: true, putBack: byRoute(waiting), left };
	}

	async running(
		session: SessionName,
	): Promise<readonly { readonly id: string; readonly token: number }[]> {
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
		for (const id of forgotten) this.#forgot(id);
		return forgotten.length;
	}

	async get(ids: readonly string[]): Promise<(TaskRecord | undefined)[]> {
		return ids.map((id) => this.#tasks.get(id));
	}

	async over(ids: readonly string[]): Promise<string[]> {
		return ids.filter((id) => {
			const task = this.#tasks.get(id);
			return task === undefined || isEnded(task.state);
		});
	}

	async list(request: ListRequest): Promise<ListReply> {
		return this.#tasks.list(request);
	}

	async counts(): Promise<ShardCounts> {
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

	#heldBy(session: SessionName, limit: number): TaskRecord[] {
		const first = this.#tasks.running(session).slice(0, limit);
		return first.flatMap(({ id, token }) => this.#tasks.held(id, token) ?? []);
	}

	/** Why nothing can be claimed under this lease. */
	#refusalOf({ session, generation }: Lease, nowMs: number) {
		if (!this.#sessions.tokens.isAdopted()) return "stale_generation";
		if (!this.#sessions.holdsLease(session, nowMs)) return "no_lease";
		return generation === this.#sessions.tokens.generation
			? undefined
			: "stale_generation";
	}
}
