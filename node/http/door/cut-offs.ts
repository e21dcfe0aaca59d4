/**
 * CutOffs: connections that were closed because of how their clients take answers. They
 * are counted by reason, and the log reports their number every now and then.
 */
import type { Reading } from "../../../protocol/exposition.ts";
import { CUT_OFFS_TOLD_MS } from "../../../protocol/limits.ts";
import type { Clock, Log } from "../../ports.ts";

/** Why a client was cut off. `slow`: others needed the room; `silent`: it took nothing for too long. */
export type CutOff = "slow" | "silent";

const SENTENCES: Readonly<Record<CutOff, string>> = {
	slow: "connections were closed: their clients took their answers too slowly, and others needed the memory",
	silent:
		"connections were closed: their clients took nothing of their answers for too long",
};

export class CutOffs {
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #counts: Record<CutOff, number> = { slow: 0, silent: 0 };
	readonly #told: Record<CutOff, number> = { slow: 0, silent: 0 };
	#isTelling = false;

	constructor(clock: Clock, log: Log) {
		this.#clock = clock;
		this.#log = log;
	}

	count(reason: CutOff): void {
		this.#counts[reason] += 1;
		if (this.#isTelling) return;
		this.#isTelling = true;
		// So that a flood is one line.
		this.#clock.after(CUT_OFFS_TOLD_MS, () => this.#tell());
	}

	*readings(): Iterable<Reading> {
		for (const [reason, value] of Object.entries(this.#counts))
			yield {
				...{ name: "hearsay_http_cut_off_total", value },
				labels: { reason },
			};
	}

	#tell(): void {
		this.#isTelling = false;
		for (const reason of Object.keys(SENTENCES) as CutOff[]) {
			const connections = this.#counts[reason] - this.#told[reason];
			this.#told[reason] = this.#counts[reason];
			if (connections > 0) this.#log.warn({ connections }, SENTENCES[reason]);
		}
	}
}
