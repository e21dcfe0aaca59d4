/** Says that a run is over as soon as it is told to stop, while it goes on. */
import type { Executor, Job, JobOutcome } from "../../../node/ports.ts";
import type { HandlerSettings } from "../../../protocol/handler-settings.ts";

export class HastyExecutor implements Executor {
	readonly types: ReadonlySet<string>;
	readonly #sound: Executor;
	readonly #aborted = new Map<Job, (outcome: JobOutcome) => void>();

	constructor(sound: Executor) {
		this.types = sound.types;
		this.#sound = sound;
	}

	async run(job: Job): Promise<JobOutcome> {
		const aborted = new Promise<JobOutcome>((resolve) =>
			this.#aborted.set(job, resolve),
		);
		const outcome = await Promise.race([this.#sound.run(job), aborted]);
		this.#aborted.delete(job);
		return outcome;
	}

	get answers(): boolean {
		return this.#sound.answers;
	}

	settingsOf(type: string): HandlerSettings {
		return this.#sound.settingsOf(type);
	}

	begun(): Iterable<readonly [Job, number]> {
		return this.#sound.begun();
	}

	expectIsolated(agoMs: number): void {
		this.#sound.expectIsolated(agoMs);
	}

	abort(job: Job): void {
		this.#aborted.get(job)?.({ kind: "aborted", ranMs: 0 });
	}

	stop(): Promise<void> {
		return this.#sound.stop();
	}
}
