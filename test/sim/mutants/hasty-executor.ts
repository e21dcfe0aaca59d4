/** Says that a run is over as soon as it is told to stop, while it goes on. */
import type { Job, JobOutcome } from "../../../node/ports.ts";
import { TamperedExecutor } from "./tampered-executor.ts";

export class HastyExecutor extends TamperedExecutor {
	readonly #aborted = new Map<Job, (outcome: JobOutcome) => void>();

	override async run(job: Job): Promise<JobOutcome> {
		const aborted = new Promise<JobOutcome>((resolve) =>
			this.#aborted.set(job, resolve),
		);
		const outcome = await Promise.race([this.sound.run(job), aborted]);
		this.#aborted.delete(job);
		return outcome;
	}

	override abort(job: Job): void {
		this.#aborted.get(job)?.({ kind: "aborted", ranMs: 0 });
	}
}
