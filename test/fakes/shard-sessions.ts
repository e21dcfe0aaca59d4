/**
 * Who is there, in one shard of the store's twin: sessions and their leases, and the
 * registry of nodes.
 *
 * A lease lasts until its end in the store's time; 0 means revoked. A revoked session
 * keeps its entry until its last task has been put back.
 */
import type {
	Death,
	NodeLife,
	NodeRecord,
	Opened,
	OpenRequest,
	RegisteredNode,
	RevokeRequest,
} from "../../node/ports.ts";
import {
	formatSession,
	parseSession,
	type SessionName,
} from "../../protocol/lease.ts";
import {
	LEASE_TTL_MS,
	OVERDUE_MS,
	TRUST_MARGIN_MS,
} from "../../protocol/limits.ts";
import { DeathBook } from "./death-book.ts";
import { isLongGone, type Known } from "./known-node.ts";
import { Leases } from "./leases.ts";
import { LostLives } from "./lost-lives.ts";
import { nameFor } from "./node-name.ts";
import type { TokenCounter } from "./token-counter.ts";

/** How many records one pulse discards. */
const PER_PULSE_MAX = 16;

/** How many tasks a session runs. */
type CountRunning = (session: SessionName) => number;

export class Sessions {
	readonly tokens: TokenCounter;
	readonly leases = new Leases();
	readonly #nodes = new Map<string, Known>();
	#registryVersion = 0;
	#clockStepsBack = 0;
	#opens = 0;
	/** What lives of nodes have lost. */
	readonly lives = new LostLives();
	readonly deaths = new DeathBook();
	/** When a session was last revoked. */
	lostMs = 0;

	constructor(tokens: TokenCounter) {
		this.tokens = tokens;
	}

	/** A copy, to change while this stays as it is. */
	copy(): Sessions {
		const copy = new Sessions(this.tokens.copy());
		for (const [session, endMs] of this.leases) copy.leases.set(session, endMs);
		for (const [nodeId, known] of this.#nodes) copy.#nodes.set(nodeId, known);
		copy.#registryVersion = this.#registryVersion;
		copy.#clockStepsBack = this.#clockStepsBack;
		copy.#opens = this.#opens;
		copy.lives.load(this.lives);
		copy.deaths.load(this.deaths);
		copy.lostMs = this.lostMs;
		return copy;
	}

	get clockStepsBack(): number {
		return this.#clockStepsBack;
	}

	/** How many sessions were opened so far. */
	get opens(): number {
		return this.#opens;
	}

	/** Whether a later life of the asking node has a lease. */
	hasLaterLife({ record }: OpenRequest, nowMs: number): boolean {
		const { nodeId, startedMs } = record;
		const { epoch = 0, record: last } = this.#nodes.get(nodeId) ?? {};
		if (last === undefined || last.startedMs <= startedMs) return false;
		return this.leases.holds(formatSession(nodeId, epoch), nowMs);
	}

	/** Opens a session of a life that has no later one. */
	open(request: OpenRequest, nowMs: number, running: CountRunning): Opened {
		const { record, ttlMs, knownEpoch } = request;
		const { nodeId, startedMs } = record;
		const { epoch: last = 0, record: lastRecord } =
			this.#nodes.get(nodeId) ?? {};
		const earlier = formatSession(nodeId, last);
		const life = lastRecord?.startedMs;
		const raised = this.tokens.adopt(request.known, nowMs);
		const told = { ok: true as const, ...raised, nowMs };
		const isOwn = life === startedMs && last > knownEpoch;
		if (isOwn && (this.leases.get(earlier) ?? 0) > 0) {
			this.leases.set(earlier, nowMs + ttlMs);
			const name = lastRecord?.name ?? record.name;
			return { ...told, epoch: last, previous: undefined, name };
		}
		const epoch = Math.max(last + 1, knownEpoch + 1, nowMs);
		const previous = this.leases.has(earlier) ? earlier : undefined;
		if (previous !== undefined) {
			const death = { grounds: "restarted", by: nodeId, saw: [] } as const;
			this.#take(previous, death, nowMs, running);
		}
		this.leases.set(formatSession(nodeId, epoch), nowMs + ttlMs);
		const name = nameFor(record, this.leases, this.#nodes);
		this.#nodes.set(nodeId, {
			...{ epoch, record: { ...record, name } },
			...{ goneMs: undefined, askedToDrain: false },
		});
		this.#registryVersion += 1;
		this.#opens += 1;
		return { ...told, epoch, previous, name };
	}

	describe(session: SessionName, record: NodeRecord): string {
		const { nodeId, epoch } = parseSession(session);
		const known = this.#nodes.get(nodeId);
		if (known !== undefined && known.epoch !== epoch) return record.name;
		if (!this.leases.get(session)) return record.name;
		const name = nameFor(record, this.leases, this.#nodes);
		const anew = { epoch, goneMs: undefined, askedToDrain: false };
		this.#nodes.set(nodeId, { ...anew, ...known, record: { ...record, name } });
		this.#registryVersion += 1;
		return name;
	}

	/** What a pulse tells the session about the registry. */
	seenBy(session: SessionName) {
		return {
			registered: this.nodeOf(session)?.record !== undefined,
			registryVersion: this.#registryVersion,
			opens: this.#opens,
			clockStepsBack: this.#clockStepsBack,
		};
	}

	get isEmpty(): boolean {
		return this.leases.size === 0;
	}

	lose(nodeId: string): void {
		this.#nodes.delete(nodeId);
	}

	/** Why the lease cannot be renewed. */
	refusalOf(session: SessionName): "superseded" | "revoked" | undefined {
		const { nodeId, epoch } = parseSession(session);
		if ((this.#nodes.get(nodeId)?.epoch ?? 0) > epoch) return "superseded";
		return (this.leases.get(session) ?? 0) === 0 ? "revoked" : undefined;
	}

	renew(session: SessionName, nowMs: number, ttlMs: number): void {
		this.leases.set(session, nowMs + ttlMs);
		this.#bound(nowMs + ttlMs);
	}

	/** No lease ends later than one given now, unless the clock has been put back since. */
	#bound(endMsMax: number): void {
		const beyond = [...this.leases].filter(
			([, endMs]) => endMs > endMsMax + TRUST_MARGIN_MS,
		);
		if (beyond.length === 0) return;
		this.#clockStepsBack += 1;
		this.tokens.putBackMs +=
			Math.max(...beyond.map(([, endMs]) => endMs)) - endMsMax;
		for (const [name] of beyond) this.leases.set(name, endMsMax);
	}

	forgetGone(nowMs: number): void {
		const gone = [...this.#nodes]
			.filter(([, { goneMs }]) => isLongGone(goneMs, nowMs))
			.slice(0, PER_PULSE_MAX);
		for (const [nodeId] of gone) {
			this.#nodes.delete(nodeId);
			this.lives.forget(nodeId);
			this.deaths.forget(nodeId);
			this.#registryVersion += 1;
		}
	}

	hasLease(session: SessionName): boolean {
		return this.leases.has(session);
	}

	revoke(session: SessionName): void {
		this.leases.set(session, 0);
	}

	takeFrom(request: RevokeRequest, nowMs: number, running: CountRunning): void {
		const { session, grounds, by = "", saw = [] } = request;
		const death = { grounds: grounds.when, by, saw };
		this.#take(session, death, nowMs, running);
	}

	/** Somebody asks for a lease that is already taken. */
	sawLate({ session, by = "", saw = [] }: RevokeRequest): void {
		if (!this.leases.get(session)) this.deaths.add(session, by, saw);
	}

	/** On what grounds the session was taken, and by whom. */
	deathOf(session: SessionName) {
		return this.deaths.ofSession(session);
	}

	/** Revokes another node's session, and records how, and what its life loses with it. */
	#take(
		session: SessionName,
		death: Pick<Death, "grounds" | "by" | "saw">,
		nowMs: number,
		running: CountRunning,
	): void {
		const endMs = this.leases.get(session) ?? 0;
		if (endMs === 0) return;
		const leaseLeftMs = endMs - nowMs;
		const how = { ...death, atMs: nowMs, leaseLeftMs, tasks: running(session) };
		this.deaths.note(session, how);
		this.revoke(session);
		const startedMs = this.nodeOf(session)?.record?.startedMs;
		this.lives.lose(session, startedMs, running(session));
	}

	/** When the session's life began, if that has lost one task in all, and lost this session last. */
	lostOneTask(session: SessionName): number | undefined {
		return this.lives.lostOneTask(session);
	}

	/** How many tasks a life has lost, or as good as lost. */
	lostWith(
		life: NodeLife,
		nowMs: number,
		running: CountRunning,
	): number | undefined {
		const lost = this.lives.of(life);
		const { record, epoch = 0 } = this.#nodes.get(life.nodeId) ?? {};
		const isNewest = record?.startedMs === life.startedMs;
		if (!isNewest || epoch === lost?.epoch) return lost?.tasks;
		const session = formatSession(life.nodeId, epoch);
		const endMs = this.leases.get(session) ?? 0;
		if (endMs === 0 || endMs > nowMs + LEASE_TTL_MS - OVERDUE_MS)
			return undefined;
		return running(session) + (lost?.tasks ?? 0);
	}

	/** The session's own goodbye: lease and record go. */
	close(session: SessionName, nowMs: number): void {
		if (this.nodeOf(session) !== undefined)
			this.lives.forget(parseSession(session).nodeId);
		this.#end(session, { record: undefined, goneMs: nowMs });
	}

	/** Removes the lease; the record of the node, which is gone, stays for a while. */
	remove(session: SessionName, nowMs: number): void {
		this.#end(session, { goneMs: nowMs });
	}

	#end(session: SessionName, change: Partial<Known>): void {
		this.leases.delete(session);
		const node = this.nodeOf(session);
		if (node !== undefined) {
			const { nodeId } = parseSession(session);
			this.#nodes.set(nodeId, { ...node, ...change });
		}
		this.#registryVersion += 1;
	}

	/** False if the node holds no lease. */
	askToDrain(nodeId: string): boolean {
		const node = this.#nodes.get(nodeId);
		if (node === undefined) return false;
		if (!this.leases.get(formatSession(nodeId, node.epoch))) return false;
		this.#nodes.set(nodeId, { ...node, askedToDrain: true });
		this.#registryVersion += 1;
		return true;
	}

	/** The registry by node id, each node with the name of its newest session. */
	nodes(nowMs: number, countRunning: CountRunning): RegisteredNode[] {
		const nodes: RegisteredNode[] = [];
		for (const nodeId of [...this.#nodes.keys()].sort()) {
			const known = this.#nodes.get(nodeId) as Known;
			const { record, epoch, askedToDrain, goneMs } = known;
			if (record === undefined || isLongGone(goneMs, nowMs)) continue;
			const session = formatSession(nodeId, epoch);
			const expiresMs = this.leases.get(session);
			const running = countRunning(session);
			nodes.push({ record, epoch, expiresMs, askedToDrain, running });
		}
		return nodes;
	}

	/** The session's node, if the session is its newest. */
	nodeOf(session: SessionName): Known | undefined {
		const { nodeId, epoch } = parseSession(session);
		const node = this.#nodes.get(nodeId);
		return node?.epoch === epoch ? node : undefined;
	}
}
