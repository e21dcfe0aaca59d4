/** Does not say what handlers say of their types, so that nobody heeds it. */
import type { Executor, Job, JobOutcome } from "../../../node/ports.ts";
import {
	type HandlerSettings,
	NO_SETTINGS,
} from "../../../protocol/handler-settings.ts";
import type { NamedMutant } from "./named-mutant.ts";

class HeedlessExecutor implements Executor {
	readonly types: ReadonlySet<string>;
	readonly #sound: Executor;

	constructor(sound: Executor) {
		this.types = sound.types;
		this.#sound = sound;
	}

	settingsOf(): HandlerSettings {
		return NO_SETTINGS;
	}

	get answers(): boolean {
		return this.#sound.answers;
	}

	run(job: Job): Promise<JobOutcome> {
		return this.#sound.run(job);
	}

	begun(): Iterable<readonly [Job, number]> {
		return this.#sound.begun();
	}

	expectIsolated(agoMs: number): void {
		this.#sound.expectIsolated(agoMs);
	}

	abort(job: Job, reason: string, graceMs: number): void {
		this.#sound.abort(job, reason, graceMs);
	}

	stop(): Promise<void> {
		return this.#sound.stop();
	}
}

export const HEEDLESS: NamedMutant = {
	name: "a node does not heed how many tasks of a type its handler allows",
	fromSeed: 13,
	breaks: "no node runs more of a type than its handler says",
	executor: (sound) => new HeedlessExecutor(sound),
};
