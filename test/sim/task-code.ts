/**
 * The code of simulated tasks, and the executor that it runs in. As good task code does,
 * it records outside the system when it starts and that it has done its work, with its
 * token, and puts its token into its result.
 *
 * A payload says what each attempt does; its last entry holds for all further attempts.
 */
import type { Executor, Job, JobOutcome } from "../../node/ports.ts";
import type { HandlerSettings } from "../../protocol/handler-settings.ts";
import { FakeExecutor, type Script } from "../fakes/executor.ts";
import type { Machine } from "./machine.ts";
import type { Recorder } from "./recorder.ts";
import { CAPPED_TYPE, type NodeSpec, TYPES } from "./scenario.ts";

export type TaskScript = readonly [Script, ...Script[]];

export class RecordingExecutor implements Executor {
	readonly types: ReadonlySet<string> = new Set(TYPES);
	readonly #node: string;
	readonly #recorder: Recorder;
	readonly #inner: FakeExecutor;
	/** What the handler of the capped type says. */
	readonly #capped: HandlerSettings;
	/** The number of jobs that it was given so far. */
	started = 0;
	/** Jobs as the node knows them → as the inner executor knows them. */
	readonly #running = new Map<Job, Job>();
	/** The inner executor's jobs whose code runs. */
	readonly #begun = new Set<Job>();

	/** `killed`: called when a task has ended the process that they all run in. */
	constructor(
		{ nodeId: node, cap }: Pick<NodeSpec, "nodeId" | "cap">,
		machine: Machine,
		recorder: Recorder,
		killed: () => void,
	) {
		this.#node = node;
		this.#capped = { concurrency: cap };
		this.#recorder = recorder;
		this.#inner = new FakeExecutor(machine, TYPES, {
			began: (job) => {
				this.#begun.add(job);
				const { id, token, round, type } = job;
				recorder.record({
					...{ kind: "start", id, token, round, node },
					...(type === CAPPED_TYPE && { cap }),
				});
			},
			killed: (job) => {
				this.#write("kill", job);
				killed();
			},
		});
		machine.onDeath(() => {
			for (const job of this.#begun) this.#write("stop", job);
		});
	}

	async run(job: Job): Promise<JobOutcome> {
		this.started += 1;
		const scripts = JSON.parse(job.payload) as TaskScript;
		const script = scripts[Math.min(job.attempt, scripts.length) - 1];
		const payload = JSON.stringify(script ?? scripts[0]);
		const inner = { ...job, payload };
		this.#running.set(job, inner);
		const outcome = await this.#inner.run(inner);
		this.#running.delete(job);
		if (outcome.kind === "success") this.#write("effect", job);
		if (this.#begun.delete(inner)) this.#write("stop", job);
		return outcome.kind === "success"
			? { ...outcome, result: JSON.stringify({ token: job.token }) }
			: outcome;
	}

	get answers(): boolean {
		return this.#inner.answers;
	}

	settingsOf(type: string): HandlerSettings {
		return type === CAPPED_TYPE ? this.#capped : this.#inner.settingsOf(type);
	}

	*begun(): Iterable<readonly [Job, number]> {
		const times = new Map(this.#inner.begun());
		for (const [job, inner] of this.#running) {
			const beganMs = times.get(inner);
			if (beganMs !== undefined) yield [job, beganMs];
		}
	}

	expectIsolated(): void {
		this.#inner.expectIsolated();
	}

	abort(job: Job, reason: string, graceMs: number): void {
		const inner = this.#running.get(job);
		if (inner === undefined) return;
		const { id, token } = job;
		this.#recorder.record({
			...{ kind: "told-to-stop", id, token, node: this.#node, reason },
		});
		this.#inner.abort(inner, reason, graceMs);
	}

	crashWorker(): void {
		this.#inner.crashWorker();
	}

	/** Makes what runs such that only the end of its process ends it. */
	block(): void {
		this.#inner.stuck = true;
	}

	stop(): Promise<void> {
		return this.#inner.stop();
	}

	#write(kind: "effect" | "stop" | "kill", { id, token }: Job): void {
		this.#recorder.record({ kind, id, token, node: this.#node });
	}
}
