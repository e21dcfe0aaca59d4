/**
 * Runs on when it is told to stop, as if a node's trust never ended.
 */
import type { Executor, Job, JobOutcome } from "../../../node/ports.ts";
import type { HandlerSettings } from "../../../protocol/handler-settings.ts";

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

	abort(): void {
		// It has not heard.
	}

	stop(): Promise<void> {
		return this.#sound.stop();
	}
}
