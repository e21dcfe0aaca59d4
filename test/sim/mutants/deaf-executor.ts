/** Runs on when it is told to stop, as if there were no end to a node's trust. */
import type { Executor, Job, JobOutcome } from "../../../node/ports.ts";

export class DeafExecutor implements Executor {
	readonly types: ReadonlySet<string>;
	readonly #sound: Executor;

	constructor(sound: Executor) {
		this.types = sound.types;
		this.#sound = sound;
	}

	run(job: Job): Promise<JobOutcome> {
		return this.#sound.run(job);
	}

	expectIsolated(agoMs: number): void {
		this.#sound.expectIsolated(agoMs);
	}

	abort(): void {
		// It has not heard.
	}

	stop(): Promise<void> {
		return this.#sound.stop();
	}
}
