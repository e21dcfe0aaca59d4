/** An executor that does what a sound one does; each mutant replaces what it gets wrong. */
import type { Executor, Job, JobOutcome } from "../../../node/ports.ts";
import type { HandlerSettings } from "../../../protocol/handler-settings.ts";

export abstract class TamperedExecutor implements Executor {
	readonly types: ReadonlySet<string>;
	protected readonly sound: Executor;

	constructor(sound: Executor) {
		this.types = sound.types;
		this.sound = sound;
	}

	get answers(): boolean {
		return this.sound.answers;
	}

	settingsOf(type: string): HandlerSettings {
		return this.sound.settingsOf(type);
	}

	run(job: Job): Promise<JobOutcome> {
		return this.sound.run(job);
	}

	begun(): Iterable<readonly [Job, number]> {
		return this.sound.begun();
	}

	expectIsolated(agoMs: number): void {
		this.sound.expectIsolated(agoMs);
	}

	abort(job: Job, reason: string, graceMs: number): void {
		this.sound.abort(job, reason, graceMs);
	}

	stop(): Promise<void> {
		return this.sound.stop();
	}
}
