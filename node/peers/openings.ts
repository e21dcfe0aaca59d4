/**
 * Openings: whether all nodes that have opened a session are known. Pulses tell how many
 * sessions were opened so far, and so does the registry of those who opened them.
 */
export class Openings {
	/**
	 * The number of sessions opened: as the last pulse of the session told, and as the
	 * registry was read.
	 */
	#told: number | undefined;
	#read: number | undefined;
	/** The number of pulses so far, and the number when the last reading of the registry was requested. */
	#pulses = 0;
	#pulsesRead = 0;

	/** Whether somebody has opened a session who may not be among those that were read. */
	get unread(): boolean {
		if (this.#told === undefined) return true;
		// A reading requested since then also has those who came after the pulse.
		const isNewer = this.#pulsesRead === this.#pulses;
		return !isNewer && this.#told !== this.#read;
	}

	/** A pulse has told how many sessions were opened. */
	told(opens: number): void {
		this.#told = opens;
		this.#pulses += 1;
	}

	/** The next pulse will tell who has come since the last one. */
	missed(): void {
		this.#told = undefined;
	}

	/** What was read no longer counts: it may be of another store. */
	forget(): void {
		this.#read = undefined;
	}

	/** The registry is being read; the result is to be called with what it says. */
	asked(): (opens: number) => void {
		const pulses = this.#pulses;
		return (opens) => {
			this.#read = opens;
			this.#pulsesRead = pulses;
		};
	}
}
