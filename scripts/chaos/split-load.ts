/**
 * The load of a split. Two streams:
 *
 * - A backlog, kept at a few times the slots of the cluster: tasks that take a moment
 *   each, submitted many at a time, to one node after the other. So all slots could be
 *   busy all the time, and a node that finds no work, or finds it late, shows in fewer
 *   tasks a second.
 * - Probes: tasks to nodes drawn at random, of the highest priority, which write down
 *   when they start. They show how long a task waits, with or without a backlog. Most
 *   come alone. Now and then there is a burst of them, more than the node that takes it
 *   can run: others have to find them.
 */
import { submit } from "../../protocol/client/submission.ts";
import type { TaskAsSubmitted } from "../../protocol/schema/submitted.ts";
import { nowMs, sleep } from "../bench/clock.ts";
import { clientOf } from "../client.ts";
import type { SeededRandom } from "./random.ts";
import { readCluster, unfinishedOf } from "./reading.ts";
import { CHAOS_TYPE, type ChaosPayload } from "./work.ts";

/** Long enough that slots are scarce, and not the processors of this machine. */
const TASK_MS = 50;
/** Tasks that wait or run, for each slot: more than end between two looks. */
const BACKLOG_PER_SLOT = 4;
const LOOK_MS = 10;
const PROBE_EVERY_MS = 50;
const PROBE_PRIORITY = 255;
/** So many requests bring one probe each; then one brings a burst. */
const SINGLES_BEFORE_BURST = 19;
/** A burst is for this part of all slots. */
const BURST_SHARE = 1 / 2;

export interface SplitLoadParts {
	readonly urls: readonly string[];
	/** The slots of all nodes together. */
	readonly slots: number;
	readonly random: SeededRandom;
	/** Path of the file to which probes write their runs. */
	readonly effects: string;
}

export interface Probe {
	readonly id: string;
	readonly sentMs: number;
	readonly isOfBurst: boolean;
}

export class SplitLoad {
	readonly probes: Probe[] = [];
	/** Tasks that clients were told are accepted. */
	accepted = 0;
	/** Why others were not accepted. */
	readonly refusals: string[] = [];
	readonly #parts: SplitLoadParts;
	#turn = 0;

	constructor(parts: SplitLoadParts) {
		this.#parts = parts;
	}

	/** Sends probes until it is told to stop; resolves when all are answered. */
	async probe(signal: AbortSignal): Promise<void> {
		const { urls, random, slots } = this.#parts;
		const burst = Math.ceil(slots * BURST_SHARE);
		const answers: Promise<void>[] = [];
		for (let turn = 1; !signal.aborted; turn++) {
			const isOfBurst = turn % (SINGLES_BEFORE_BURST + 1) === 0;
			const tasks = Array.from({ length: isOfBurst ? burst : 1 }, () =>
				this.#drawProbe(isOfBurst),
			);
			answers.push(this.#submit(random.pick(urls), tasks));
			await sleep(PROBE_EVERY_MS);
		}
		await Promise.all(answers);
	}

	#drawProbe(isOfBurst: boolean): TaskAsSubmitted {
		const { effects } = this.#parts;
		const id = `probe-${this.probes.length}`;
		const durationMs = isOfBurst ? TASK_MS : 0;
		const payload: ChaosPayload = { durationMs, fails: false, effects };
		this.probes.push({ id, sentMs: nowMs(), isOfBurst });
		return { id, type: CHAOS_TYPE, priority: PROBE_PRIORITY, payload };
	}

	/** Keeps the backlog up while `goesOn`; returns how many tasks ended per second meanwhile. */
	async backlog(goesOn: () => boolean): Promise<number> {
		const { urls, slots } = this.#parts;
		const before = await this.#look();
		let last = before;
		while (goesOn()) {
			const missing = slots * BACKLOG_PER_SLOT - last.unfinished;
			if (missing > 0) {
				this.#turn += 1;
				const url = urls[this.#turn % urls.length] as string;
				const payload = { durationMs: TASK_MS };
				const task: TaskAsSubmitted = { type: "process_task", payload };
				await this.#submit(url, Array(missing).fill(task));
			}
			await sleep(LOOK_MS);
			last = await this.#look();
		}
		return ((last.ended - before.ended) * 1_000) / (last.atMs - before.atMs);
	}

	async #look(): Promise<{ atMs: number; ended: number; unfinished: number }> {
		const cluster = await readCluster(this.#parts.urls.slice(0, 1));
		if (cluster === undefined) throw new Error("a node does not answer");
		const unfinished = unfinishedOf(cluster);
		const ended = cluster.totals.accepted - unfinished;
		return { atMs: nowMs(), ended, unfinished };
	}

	async #submit(url: string, tasks: readonly TaskAsSubmitted[]): Promise<void> {
		for (const { outcome, why = "" } of await submit(clientOf(url), tasks)) {
			if (outcome === "ok") this.accepted += 1;
			else this.refusals.push(`${outcome}: ${why}`);
		}
	}
}
