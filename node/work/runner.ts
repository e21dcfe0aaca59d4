/**
 * Runner: the tasks in this node's hands, and its slots.
 *
 * A slot is one task, from its claim until its end. Claimers reserve slots before they
 * ask for tasks, so a node never takes more than it can start at once, and priorities
 * hold. Ended tasks whose ends are not on their way to the store yet may wait, as many as
 * there are slots, or ENDS_WAITING_BYTES_MAX; those beyond take a slot each, so that a
 * node whose store is slow or away stops.
 *
 * Guarantees that every task delivered leaves by exactly one door: its result goes to the
 * finisher of its shard; or it is given back; or, if its lease was taken, it is let go
 * silently, since anything said about it would be refused. While it is only doubted that
 * the lease stands, tasks are stopped and what became of them is reported: if the lease
 * was taken the store refuses that, and if not their attempts are not forgotten. A task
 * that is to run on when its lease is lost is stopped only for its node's end, and for a
 * newer attempt here.
 *
 * A task may be delivered while an older attempt of it still runs here, which the store
 * has lost or taken back. Then the older attempt is ended first, and the newer one begins
 * when nothing of the older runs any more.
 */
import type { LossReason } from "../../protocol/loss.ts";
import { type Route, typeOf } from "../../protocol/route.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import type { AttemptName, Clock, Executor, JobOutcome } from "../ports.ts";
import { SlotMap } from "../slot-map.ts";
import { BeganTimes } from "./began-times.ts";
import { type Held, heldTask, howOf, isGoingOn, settle } from "./held.ts";
import { jobOf } from "./job-of.ts";
import type { RouteRuns } from "./route-runs.ts";
import { SlotBook } from "./slot-book.ts";
import { handBack, leave, type TaskExit } from "./task-exit.ts";
import { chainOf, TaskIndex } from "./task-index.ts";
import { TypeCaps } from "./type-caps.ts";

export interface RunnerParts {
	readonly clock: Clock;
	readonly executor: Executor;
	readonly concurrency: number;
	readonly abortGraceMs: number;
	/** The exit of each shard, in their order; may still be filled, as long as nothing runs. */
	readonly exits: readonly TaskExit[];
	/** See run-meter.ts. */
	readonly meter: {
		claimed(task: ClaimedTask): RouteRuns;
		over(
			runs: RouteRuns,
			outcome: JobOutcome,
			how: "lost" | "cancelled" | undefined,
		): void;
	};
	/** Who gets free slots: see turns.ts. */
	readonly turns: { slotsFreed(): void };
}

export class Runner {
	readonly #held = new SlotMap<Held>();
	readonly #byTask = new TaskIndex<Held>();
	readonly #slots: SlotBook;
	/** How many tasks of each type fit. */
	readonly caps: TypeCaps;
	readonly #began: BeganTimes;
	#freedSoon = false;
	readonly #parts: RunnerParts;

	constructor(parts: RunnerParts) {
		this.#parts = parts;
		this.#slots = new SlotBook(parts, this);
		this.caps = new TypeCaps(parts, this);
		this.#began = new BeganTimes(parts);
	}

	get running(): number {
		return this.#held.size;
	}

	/** The number of slots, free or not. */
	get slots(): number {
		return this.#parts.concurrency;
	}

	get freeSlots(): number {
		return this.#slots.free;
	}

	/** How many more tasks of the route may come. */
	roomFor(route: Route): number {
		return Math.min(this.freeSlots, this.caps.roomOf(typeOf(route)));
	}

	get share(): number {
		return this.#slots.share;
	}

	reserve(slotsMax: number, orNone: boolean): number {
		return this.#slots.reserve(slotsMax, orNone);
	}

	reserveAll(slots: number): boolean {
		return this.#slots.reserveAll(slots);
	}

	/** Gives reserved slots back unused. */
	release(slots: number): void {
		this.#slots.release(slots);
		if (slots > 0) this.tellFreed();
	}

	/**
	 * Starts tasks, each in a slot reserved before; a task that is here already is started once
	 * its older attempt is over. An attempt that comes again, or is older than the one here, is dropped;
	 * one that its type has no place for is given back.
	 */
	deliver(shard: number, tasks: readonly ClaimedTask[]): void {
		const ofShard = (held: Held) => held.shard === shard;
		for (const task of tasks) {
			const { id, token } = task;
			const chain = chainOf(id);
			const former = this.#byTask.find(id, chain, ofShard);
			if (former !== undefined && former.task.token >= token) {
				this.release(1);
				continue;
			}
			const type = typeOf(task.route);
			if (this.caps.roomOf(type) === 0) {
				this.handBack(shard, [task], 1);
				continue;
			}
			if (former !== undefined) this.#supersede(former);
			if (task.losses > 0) this.nodeLost();
			this.#slots.release(1);
			const settings = this.#parts.executor.settingsOf(type);
			const job = jobOf(task, type, settings);
			const held = heldTask(task, job, shard, chain);
			held.runs = this.#parts.meter.claimed(task);
			this.#byTask.add(held);
			this.caps.came(type);
			held.over = this.#run(held, this.#held.put(held), former);
		}
	}

	/**
	 * Gives back tasks that cannot run here after all, with so many slots reserved for
	 * them. A task that is here already is given back once its older attempt is over.
	 */
	handBack(shard: number, tasks: readonly ClaimedTask[], slots: number): void {
		const ofShard = (held: Held) => held.shard === shard;
		const exit = this.#exit(shard);
		for (const task of tasks) {
			const { id, token } = task;
			const former = this.#byTask.find(id, chainOf(id), ofShard);
			const back = () => exit.finisher.giveBack(handBack(task, exit));
			if (former === undefined) back();
			else if (former.task.token < token) {
				this.#supersede(former);
				void former.over.then(back);
			}
		}
		this.release(slots);
	}

	/** A node died so long ago, and what ran there may come here. */
	nodeLost(agoMs = 0): void {
		this.#parts.executor.expectIsolated(agoMs);
	}

	/** The type of each task in this node's hands. */
	*types(): Iterable<string> {
		for (const { job } of this.#held) yield job.type;
	}

	runningIn(shard: number): number {
		return [...this.held(shard)].length;
	}

	/** The attempts of a shard that are in this node's hands. */
	*held(shard: number): Iterable<ClaimedTask> {
		for (const held of this.#held) if (held.shard === shard) yield held.task;
	}

	/** The attempts of a shard that are this node's to end. */
	*goingOn(shard: number): Iterable<ClaimedTask> {
		for (const held of this.#held)
			if (held.shard === shard && isGoingOn(held)) yield held.task;
	}

	/** The attempts whose code has begun, and when, by the monotonic clock. */
	*begun(shard: number): Iterable<readonly [ClaimedTask, number]> {
		if (this.#held.size === 0) return;
		const times = this.#began.at();
		for (const held of this.#held) {
			const beganMs = held.shard === shard && times.get(held.job);
			if (typeof beganMs === "number") yield [held.task, beganMs];
		}
	}

	/**
	 * These attempts are no longer this node's: stops those that still run, unless they are
	 * to run on. Returns how many, besides those that somebody has asked to end: who cancels
	 * by force takes them away.
	 */
	letGo(
		shard: number,
		attempts: readonly AttemptName[],
		reason: string,
	): number {
		let unasked = 0;
		for (const { id, token } of attempts) {
			const held = this.#find(shard, id, token);
			if (held === undefined || !isGoingOn(held)) continue;
			if (held.fate !== "cancel") unasked += 1;
			if (held.runsOn) held.fate = "let-go";
			else this.#stop(held, "let-go", reason);
		}
		return unasked;
	}

	/** Somebody has asked for these tasks to end: stops them. A result that comes all the same counts. */
	cancel(shard: number, attempts: readonly AttemptName[]): void {
		const { executor } = this.#parts;
		for (const { id, token } of attempts) {
			const held = this.#find(shard, id, token);
			if (held?.fate !== "report") continue;
			held.fate = "cancel";
			const { job } = held;
			executor.abort(job, "the task was cancelled", job.killAfterMs);
		}
	}

	/** The lease of these tasks is lost: stops them. */
	abandon(shard: number, reason: string): void {
		for (const held of this.#heeds(shard)) this.#stop(held, "let-go", reason);
	}

	/** The lease of these tasks can no longer be trusted: stops them, and gives them back. */
	distrust(shard: number, reason: string): void {
		for (const held of this.#heeds(shard))
			this.#stop(held, "give-back", reason, "distrusted");
	}

	/** The node is stopping and its time is over: stops the tasks and gives them back. */
	giveUp(reason: string): void {
		for (const held of this.#held) this.#stop(held, "give-back", reason);
	}

	#find(shard: number, id: string, token: number): Held | undefined {
		const isIt = (each: Held) =>
			each.shard === shard && each.task.token === token;
		return this.#byTask.find(id, chainOf(id), isIt);
	}

	/** The attempts that stop if the lease is lost. (If it stands after all, the store accepts the ends of the others.) */
	*#heeds(shard: number): Iterable<Held> {
		for (const held of this.#held)
			if (held.shard === shard && !held.runsOn) yield held;
	}

	/** Ends this attempt, because there is a newer one of its task. */
	#supersede(former: Held): void {
		this.#stop(former, "let-go", "a newer attempt of the task has begun");
	}

	#stop(
		held: Held,
		fate: Held["fate"],
		reason: string,
		why?: LossReason,
	): void {
		const { executor, abortGraceMs } = this.#parts;
		settle(held, fate, why);
		executor.abort(held.job, reason, abortGraceMs);
	}

	/** Notifies those who wait for slots, once for all that come free in one burst. */
	tellFreed(): void {
		if (this.#freedSoon) return;
		this.#freedSoon = true;
		this.#parts.clock.soon(() => {
			this.#freedSoon = false;
			this.#parts.turns.slotsFreed();
		});
	}

	async #run(held: Held, slot: number, former?: Held): Promise<void> {
		if (former !== undefined) await former.over;
		// It may have been told to stop before it could begin.
		const outcome: JobOutcome =
			held.fate === "report"
				? await this.#parts.executor.run(held.job)
				: { kind: "not-begun" };
		if (held.runs !== undefined)
			this.#parts.meter.over(held.runs, outcome, howOf(held));
		this.#held.take(slot);
		this.#byTask.remove(held);
		this.caps.left(held.job.type);
		if (held.fate !== "let-go") this.#leave(held, outcome);
		this.tellFreed();
	}

	#leave(held: Held, outcome: JobOutcome): void {
		const { shard, task, job, why } = held;
		const exit = this.#exit(shard);
		const settings = this.#parts.executor.settingsOf(job.type);
		const backoff = task.options.backoff ?? settings.backoff ?? {};
		const cancelled = held.fate === "cancel";
		const leaving = { task, job, backoff, cancelled, why };
		const left = leave(leaving, outcome, exit);
		if ("state" in left) exit.finisher.finish(left);
		else exit.finisher.giveBack(left);
	}

	#exit(shard: number): TaskExit {
		return this.#parts.exits[shard] as TaskExit;
	}
}
