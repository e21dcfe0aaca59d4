/**
 * Attempts: which attempts run and which have ended in the last minute, from what events tell. Decides which of
 * them are told singly: all, while few tasks end in a second; otherwise those that are worth
 * it, as they were cut off, moved, or take long. Knows nothing of time but what it is told.
 */
import type { StoreEvent } from "../../protocol/event.ts";
import { parseSession } from "../../protocol/lease.ts";
import {
	LIVE_ATTEMPTS_MAX,
	LIVE_CUT_MAX,
	LIVE_DEATHS_MS,
	LIVE_LONG_MS,
	LIVE_OVER_MAX,
	LIVE_RUNNING_MAX,
	LIVE_SPAN_MS,
} from "../../protocol/limits.ts";
import { parseRoute } from "../../protocol/route.ts";
import type { AttemptEnd } from "../../protocol/state.ts";
import { EndRate } from "./end-rate.ts";

/** One attempt, as a bar is drawn of it. */
export interface Bar {
	readonly shard: number;
	readonly task: string;
	readonly token: number;
	readonly type: string | undefined;
	readonly queue: string | undefined;
	readonly attempt: number | undefined;
	readonly round: number | undefined;
	readonly node: string;
	readonly claimedMs: number;
	readonly moved: Cut | undefined;
	endedMs: number | undefined;
	end: AttemptEnd | undefined;
	/** Its present form has been told. */
	isTold: boolean;
	/** Readers were told that it runs. */
	isKnown: boolean;
}

/** An attempt that was cut off, whose task is to begin elsewhere. */
export interface Cut {
	readonly node: string;
	/** The shard of the session that ran it. */
	readonly shard: number;
	readonly epoch: number;
	readonly token: number;
	readonly endedMs: number;
}

/** Hears what becomes of tasks whose nodes were lost: see deaths.ts. */
export interface CutListener {
	cutOff(cut: Cut): void;
	movedTo(node: string, cut: Cut, afterMs: number): void;
	/** The task ended without beginning again. */
	over(cut: Cut): void;
}

export class Attempts {
	readonly rate = new EndRate();
	/** Running attempts, by task. */
	readonly #running = new Map<string, Bar>();
	/** Ended attempts, in the order in which they ended. */
	#over: Bar[] = [];
	readonly #cut = new Map<string, Cut>();
	readonly #listener: CutListener;

	constructor(listener: CutListener) {
		this.#listener = listener;
	}

	/** Whether every attempt is told singly. */
	get isEach(): boolean {
		return !this.rate.isHigh;
	}

	get all(): Iterable<Bar> {
		return [...this.#over, ...this.#running.values()];
	}

	get running(): Iterable<Bar> {
		return this.#running.values();
	}

	/** Whether the task's running attempt began after another was cut off elsewhere. */
	hasMoved(task: string): boolean {
		return this.#running.get(task)?.moved !== undefined;
	}

	/** Adds an attempt that is known to run although no event told its beginning. */
	add(bar: Omit<Bar, "endedMs" | "end" | "isTold" | "isKnown" | "moved">) {
		const known = this.#running.get(bar.task);
		if (known !== undefined || this.#running.size >= LIVE_RUNNING_MAX) return;
		this.#begin({ ...bar, moved: undefined });
	}

	/** An event of a task, at `atMs` in the store's time. */
	happened(event: StoreEvent, shard: number, atMs: number): void {
		const { kind } = event.about;
		if (kind === "task.started") this.#started(event, shard, atMs);
		else if (kind === "task.put-back" || kind === "task.ended")
			this.#ended(event, shard, atMs);
		else if (kind === "task.deleted") this.#cut.delete(event.id);
	}

	/** Discards what is too old to be shown. */
	pass(nowMs: number): void {
		this.rate.pass(nowMs);
		const sinceMs = nowMs - LIVE_SPAN_MS;
		this.#over = this.#over.filter(
			({ endedMs = 0, isKnown, isTold }) =>
				endedMs > sinceMs || (isKnown && !isTold),
		);
		for (const [task, { endedMs }] of this.#cut) {
			if (endedMs > nowMs - LIVE_DEATHS_MS) break;
			this.#cut.delete(task);
		}
	}

	/** The attempts that are to be told now, if there is news of them, best first. */
	toTell(nowMs: number): Bar[] {
		const ended = this.isEach
			? this.#over
			: this.#over.filter((bar) => bar.isKnown || isNotable(bar));
		return [...ended, ...this.#runningToTell(nowMs)]
			.filter(({ isTold }) => !isTold)
			.sort((a, b) => compare(a, b, nowMs));
	}

	/** The attempts that a new reader is told, best first. */
	toBegin(nowMs: number): Bar[] {
		const ended = this.isEach
			? this.#over
			: this.#over.filter((bar) => isNotable(bar) || isLong(bar, nowMs));
		const all = [...ended, ...this.#runningToTell(nowMs)].sort((a, b) =>
			compare(a, b, nowMs),
		);
		return this.isEach ? all : all.slice(0, LIVE_ATTEMPTS_MAX);
	}

	#runningToTell(nowMs: number): Bar[] {
		if (this.isEach) return [...this.#running.values()];
		return [...this.#running.values()]
			.filter((bar) => isNotable(bar) || isLong(bar, nowMs))
			.sort((a, b) => compare(a, b, nowMs))
			.slice(0, LIVE_ATTEMPTS_MAX);
	}

	#started(event: StoreEvent, shard: number, claimedMs: number): void {
		const { id: task, token, about } = event;
		const { session = "", attempt, round, route = "" } = about;
		const { nodeId: node } = parseSession(session);
		const moved = this.#cut.get(task);
		if (moved !== undefined) {
			this.#cut.delete(task);
			this.#listener.movedTo(node, moved, claimedMs - moved.endedMs);
		}
		if (token === undefined || this.#running.size >= LIVE_RUNNING_MAX) return;
		const { type, queue } = parseRoute(route) ?? {};
		this.#running.delete(task);
		this.#begin({
			...{ shard, task, token, type, queue, attempt, round, node },
			...{ claimedMs, moved },
		});
	}

	#begin(bar: Omit<Bar, "endedMs" | "end" | "isTold" | "isKnown">): void {
		const fresh = { endedMs: undefined, end: undefined };
		const told = { isTold: false, isKnown: false };
		this.#running.set(bar.task, { ...bar, ...fresh, ...told });
	}

	#ended(event: StoreEvent, shard: number, endedMs: number): void {
		const { id: task, about, token } = event;
		const { kind, session, end: how } = about;
		if (session === undefined || how === undefined) {
			if (kind === "task.ended") this.#giveUp(task);
			return;
		}
		const end = how === "not-begun" ? "handed-back" : how;
		const { nodeId: node, epoch } = parseSession(session);
		this.rate.ended(node, endedMs, end);
		const bar = this.#running.get(task);
		if (bar !== undefined) {
			this.#running.delete(task);
			Object.assign(bar, { endedMs, end, isTold: false });
			this.#keep(bar);
		}
		if (!isLoss(end)) return;
		const ran = token ?? bar?.token ?? 0;
		const cut = { node, shard, epoch, token: ran, endedMs };
		this.#listener.cutOff(cut);
		if (kind === "task.ended") this.#listener.over(cut);
		else if (this.#cut.size < LIVE_CUT_MAX) this.#cut.set(task, cut);
	}

	/** The task ended while it waited. */
	#giveUp(task: string): void {
		const cut = this.#cut.get(task);
		if (cut === undefined) return;
		this.#cut.delete(task);
		this.#listener.over(cut);
	}

	/** If there are too many, the least telling go: the oldest that ended as they should. */
	#keep(bar: Bar): void {
		this.#over.push(bar);
		if (this.#over.length <= LIVE_OVER_MAX) return;
		const drop = LIVE_OVER_MAX / 8;
		const plain = this.#over.filter(
			(each) => !isNotable(each) && !each.isKnown,
		);
		const gone = new Set(plain.length > drop ? plain.slice(0, drop) : []);
		this.#over =
			gone.size > 0
				? this.#over.filter((each) => !gone.has(each))
				: this.#over.slice(drop);
	}
}

function isLoss(end: AttemptEnd | undefined): boolean {
	return end === "revoked" || end === "lease-lost";
}

function isNotable(bar: Bar): boolean {
	return isCut(bar) || bar.moved !== undefined;
}

function isLong({ claimedMs, endedMs }: Bar, nowMs: number): boolean {
	return (endedMs ?? nowMs) - claimedMs >= LIVE_LONG_MS;
}

function isCut({ end }: Bar): boolean {
	return isLoss(end);
}

/** Orders attempts: cut off and moved ones first, then those that have run longest. */
function compare(a: Bar, b: Bar, nowMs: number): number {
	const rankOf = (bar: Bar) => (isCut(bar) ? 0 : bar.moved ? 1 : 2);
	const lengthOf = ({ claimedMs, endedMs = nowMs }: Bar) => endedMs - claimedMs;
	return rankOf(a) - rankOf(b) || lengthOf(b) - lengthOf(a);
}
