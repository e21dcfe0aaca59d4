/**
 * Bulk: applies an action to all tasks that match a filter, in steps. Each step finds
 * some tasks and changes them, occupying the store only briefly; then the store has as
 * much time for itself. If a request ends before all are through, because of its limit,
 * its time, trouble with the store, or because its asker may not go on, the next one goes on from its cursor.
 *
 * Tasks are visited from the newest to the oldest of a shard, one shard after the other,
 * so none is visited twice, whatever becomes of it meanwhile. Of ended tasks, only those
 * are visited that had ended when the first request began: otherwise tasks that fail
 * again at once could keep it going for ever.
 */
import { BULK_STATES } from "../../protocol/bulk.ts";
import { BULK_BATCH_MAX, BULK_MS_MAX } from "../../protocol/limits.ts";
import { SEQ_SPAN } from "../../protocol/rank.ts";
import { isEnded } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { type Pass, passesOf, printOf } from "../../protocol/task-filter.ts";
import {
	type BulkDone,
	type BulkWish,
	type Clock,
	type ListReply,
	type Random,
	type Shard,
	StoreError,
	type TasksAhead,
} from "../ports.ts";
import { Pace } from "./pace.ts";

export interface BulkParts {
	readonly clock: Clock;
	readonly random: Pick<Random, "unit">;
	/** The engines, in the order of their shards. */
	readonly engines: readonly {
		readonly shard: Pick<Shard, "index" | "tasks">;
	}[];
	/** See known-names.ts. */
	readonly names: { idsOf(name: string): readonly string[] };
	/** See task-wishes.ts. Each returns how many tasks it changed. */
	readonly wishes: {
		cancelAll(
			shard: number,
			tasks: readonly TaskRecord[],
			wish: Pick<BulkWish, "reason" | "force">,
		): Promise<number>;
		retryAll(
			shard: number,
			tasks: readonly { readonly task: TaskRecord; readonly afterMs: number }[],
		): Promise<number>;
		removeAll(shard: number, tasks: readonly TaskRecord[]): Promise<number>;
	};
	/** See self-report.ts. */
	readonly report: { readonly draining: boolean };
}

interface Asked {
	readonly wish: BulkWish;
	readonly mayGoOn: () => boolean;
}

/** Where to go on. */
interface Stand {
	/** When the first request began, in the store's time; undefined if it begins now. */
	readonly atMs: number | undefined;
	readonly pass: number;
	readonly shard: number;
	readonly beforeSeq: number;
	readonly ahead?: TasksAhead;
}

const BEGIN: Stand = {
	atMs: undefined,
	pass: 0,
	shard: 0,
	beforeSeq: SEQ_SPAN,
};
const CURSOR = /^(\d{1,15})\.(\d)\.(\d{1,3})\.(\d{1,14})\.([a-z0-9]+)$/;

export class Bulk {
	readonly #parts: BulkParts;

	constructor(parts: BulkParts) {
		this.#parts = parts;
	}

	/**
	 * Applies the action. Undefined if the cursor belongs to another filter or action.
	 * @throws StoreError if nothing was done.
	 */
	async run(
		wish: BulkWish,
		signal: AbortSignal,
		mayGoOn: () => boolean,
	): Promise<BulkDone | undefined> {
		const print = `${wish.action.charAt(0)}${printOf(wish.query)}`;
		const { clock, report, engines } = this.#parts;
		let stand: Stand | undefined =
			wish.cursor === undefined ? BEGIN : readStand(wish.cursor, print);
		if (stand === undefined || stand.shard >= engines.length) return undefined;
		const untilMs = clock.monoMs() + BULK_MS_MAX;
		const pace = new Pace(clock);
		const done = { matched: 0, changed: 0, skipped: 0 };
		const begun = stand;
		while (stand !== undefined) {
			const room = (wish.limit ?? Infinity) - done.matched;
			const isLate = clock.monoMs() >= untilMs;
			const isOver = isLate || signal.aborted || report.draining;
			if (room === 0 || isOver || !mayGoOn()) break;
			pace.begin();
			try {
				stand = await this.#step({ wish, mayGoOn }, stand, room, done);
			} catch (error) {
				// What it has found and not reported is visited again.
				if (!(error instanceof StoreError) || stand === begun) throw error;
				break;
			}
			if (stand !== undefined) await pace.rest();
		}
		if (stand === undefined) return done;
		return { ...done, cursor: writeStand(stand, print) };
	}

	/** Finds some tasks and changes them. Returns where to go on: there, if nothing was done. */
	async #step(
		{ wish, mayGoOn }: Asked,
		stand: Stand,
		room: number,
		done: { matched: number; changed: number; skipped: number },
	): Promise<Stand | undefined> {
		const passes = this.#passesOf(wish);
		const pass = passes[stand.pass];
		if (pass === undefined) return undefined;
		const { nowMs, tasks, more, downToSeq, ahead } = await this.#find(
			...[wish, pass, stand, Math.min(room, BULK_BATCH_MAX)],
		);
		if (tasks.length > 0 && !mayGoOn()) return stand;
		if (tasks.length > 0 && !wish.isDry) {
			const changed = await this.#act(wish, stand.shard, tasks);
			done.changed += changed;
			done.skipped += tasks.length - changed;
		}
		done.matched += tasks.length;
		const at = { ...stand, atMs: stand.atMs ?? nowMs };
		if (more) return { ...at, beforeSeq: downToSeq, ...(ahead && { ahead }) };
		return this.#nextOf(at, passes.length);
	}

	/** The beginning of the next shard, or of the next pass. */
	#nextOf({ atMs, pass, shard }: Stand, passes: number): Stand | undefined {
		const isLast = shard + 1 === this.#parts.engines.length;
		if (isLast && pass + 1 === passes) return undefined;
		const at = isLast
			? { pass: pass + 1, shard: 0 }
			: { pass, shard: shard + 1 };
		return { ...BEGIN, atMs, ...at };
	}

	#passesOf({ query }: BulkWish): Pass[] {
		const { node } = query;
		const { names } = this.#parts;
		const nodes = node === undefined ? node : [node, ...names.idsOf(node)];
		return passesOf(query, nodes);
	}

	async #find(
		{ action, query }: BulkWish,
		{ filter, only }: Pass,
		{ atMs, shard, beforeSeq, ahead }: Stand,
		limit: number,
	): Promise<ListReply> {
		const state = query.state ?? BULK_STATES[action];
		const isOfEnded = BULK_STATES[action].every(isEnded);
		const endedByMs = isOfEnded ? atMs : undefined;
		return await this.#shardAt(shard).tasks.list({
			...{ state, beforeSeq, limit, brief: true },
			filter: endedByMs === undefined ? filter : { ...filter, endedByMs },
			...(only !== undefined && { only }),
			...(ahead && { ahead }),
		});
	}

	async #act(
		{ action, query, reason, force, asker, spreadMs }: BulkWish,
		shard: number,
		tasks: readonly TaskRecord[],
	): Promise<number> {
		const { wishes, random } = this.#parts;
		switch (action) {
			case "cancel":
				return await wishes.cancelAll(shard, tasks, {
					...{ reason, force, asker, state: query.state },
				});
			case "delete":
				return await wishes.removeAll(shard, tasks);
			case "retry":
				return await wishes.retryAll(
					shard,
					tasks.map((task) => {
						const afterMs = Math.floor(random.unit() * spreadMs);
						return { task, afterMs };
					}),
				);
		}
	}

	#shardAt(index: number): Pick<Shard, "index" | "tasks"> {
		const engine = this.#parts.engines[index];
		if (engine === undefined) throw new Error(`there is no shard ${index}`);
		return engine.shard;
	}
}

function writeStand(
	{ atMs = 0, pass, shard, beforeSeq }: Stand,
	print: string,
): string {
	return `${atMs}.${pass}.${shard}.${beforeSeq}.${print}`;
}

function readStand(cursor: string, print: string): Stand | undefined {
	const [, at, pass, shard, seq, own] = CURSOR.exec(cursor) ?? [];
	if (own !== print) return undefined;
	const atMs = Number(at);
	return {
		atMs: atMs === 0 ? undefined : atMs,
		...{ pass: Number(pass), shard: Number(shard), beforeSeq: Number(seq) },
	};
}
