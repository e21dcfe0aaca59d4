/**
 * Clients like those of a chaos run, on a test's cluster: they submit short tasks
 * to all nodes whatever happens, task code records its runs, and in the end the
 * checker judges what became of it all.
 *
 * The test makes the trouble itself, and says here what excuses the system.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nowMs } from "../../scripts/bench/clock.ts";
import { SeededRandom } from "../../scripts/chaos/random.ts";
import {
	type Looked,
	listTasks,
	lookAtTasks,
	untilDrained,
} from "../../scripts/chaos/reading.ts";
import { writeHistory } from "../../scripts/chaos/recording.ts";
import { type Run, readRuns } from "../../scripts/chaos/run-line.ts";
import { Workload } from "../../scripts/chaos/workload.ts";
import { judge, type Verdict } from "../checker/checker.ts";
import type { HistoryEvent } from "../checker/history.ts";
import { type Cluster, until } from "../cluster.ts";

/** Task code that records its runs; nodes under this load need it. */
export const LOAD_HANDLERS = fileURLToPath(
	new URL("../../scripts/chaos/handlers.ts", import.meta.url),
);
const DRAINED_MS_MAX = 20_000;
/** A node that was cut off stops what it has lost within this time. */
const STOP_MS = { paused: 1_000, "cut-off": 1_000, gone: 0 };

export interface LoadVerdict extends Verdict {
	readonly runs: readonly Run[];
	readonly refused: number;
	readonly unknown: number;
}

export class JudgedLoad implements AsyncDisposable {
	readonly #cluster: Cluster;
	readonly #folder: string;
	readonly #effects: string;
	readonly #idPrefix: string;
	readonly #workload: Workload;
	readonly #working: Promise<void>;
	readonly #startMs = nowMs();
	readonly #excuses: HistoryEvent[] = [];
	readonly #reads: (readonly Looked[])[] = [];

	/** Begins at once. The same seed draws the same tasks. */
	constructor(cluster: Cluster, seed: number) {
		this.#cluster = cluster;
		this.#folder = mkdtempSync(join(tmpdir(), "hearsay-load-"));
		this.#effects = join(this.#folder, "effects");
		this.#idPrefix = `load-${seed}-`;
		this.#workload = new Workload({
			urls: this.#urls,
			random: new SeededRandom(seed),
			effects: this.#effects,
			idPrefix: this.#idPrefix,
		});
		this.#working = this.#workload.run();
	}

	/** Ids of tasks that a client was told are in the store. */
	get accepted(): string[] {
		return this.#ids("ok");
	}

	get refused(): number {
		return this.#ids("refused").length;
	}

	/** Resolves when so many more have been accepted; rejects if that takes too long. */
	async goesOnFor(count: number): Promise<void> {
		const enough = this.accepted.length + count;
		await until(
			() => this.accepted.length,
			(accepted) => accepted >= enough,
		);
	}

	/** Reads back the tasks accepted so far: those that have ended have to stay so, unless excused. */
	async readBack(): Promise<void> {
		this.#reads.push(await lookAtTasks(this.#urls, this.accepted));
	}

	/**
	 * From then until now the store has lost what it acknowledged, and nodes that
	 * still spoke to it could not know.
	 */
	excuse(sinceMs: number): void {
		const fromMs = sinceMs - this.#startMs;
		const untilMs = nowMs() - this.#startMs;
		const impaired = { kind: "impaired", why: "cut-off" } as const;
		this.#excuses.push(
			{ kind: "lost-writes", atMs: fromMs },
			{ kind: "lost-writes", atMs: untilMs },
			...this.#cluster.nodes.map(({ id }) => {
				return { ...impaired, node: id, fromMs, untilMs };
			}),
		);
	}

	/** Stops the clients; resolves with the verdict once everything has ended. */
	async judge(): Promise<LoadVerdict> {
		await this.#stop();
		const healedMs = nowMs();
		await untilDrained(this.#urls, DRAINED_MS_MAX);
		const { submissions } = this.#workload;
		const [url = ""] = this.#urls;
		const ids = new Set(submissions.map(({ task }) => task.id ?? ""));
		this.#reads.push(await listTasks(url, this.#idPrefix));
		this.#reads.push(await lookAtTasks(this.#urls, [...ids]));
		const runs = this.runs;
		const history = writeHistory({
			...{ startMs: this.#startMs, healedMs, readMs: nowMs() },
			...{ submissions, runs, reads: this.#reads },
			nodes: await this.#lives(),
			...{ faults: [], flaws: [], openings: [], forgets: false },
		});
		const terms = { drainMs: DRAINED_MS_MAX, stopMs: STOP_MS };
		return {
			...judge([...history, ...this.#excuses], terms),
			runs,
			refused: this.refused,
			unknown: this.#ids("unknown").length,
		};
	}

	/** The runs that task code has recorded so far. */
	get runs(): Run[] {
		if (!existsSync(this.#effects)) return [];
		return readRuns(readFileSync(this.#effects, "utf8"));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#stop();
		rmSync(this.#folder, { recursive: true });
	}

	async #stop(): Promise<void> {
		await this.#workload.stop();
		await this.#working;
	}

	get #urls(): string[] {
		return this.#cluster.nodes.map(({ url }) => url);
	}

	#ids(outcome: string): string[] {
		return this.#workload.submissions
			.filter((each) => each.outcome === outcome)
			.map(({ task }) => task.id ?? "");
	}

	/** No node ends during such a test. */
	async #lives() {
		const peers = await this.#cluster.node(1).peers();
		return this.#cluster.nodes.map(({ id }) => {
			const pid = peers.find((peer) => peer.id === id)?.pid ?? 0;
			return { name: id, lives: [{ pid, endedMs: undefined }] };
		});
	}
}
