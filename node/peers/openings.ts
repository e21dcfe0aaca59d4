/**
 * Openings: whether all are known who have opened a session. Pulses tell how many sessions
 * were opened so far, and so does the registry of those who have.
 */
export class Openings {
	/** As the last pulse of the session told, and as the registry was read. */
	#told: number | undefined;
	#read: number | undefined;
	/** How many pulses have told, and had when the registry was asked for that was read last. */
	#pulses = 0;
	#pulsesRead = 0;

	/** Somebody has opened a session who may not be among those that were read. */
	get unread(): boolean {
		if (this.#told === undefined) return true;
		// What was asked for since then has also those who came after the pulse.
		const isNewer = this.#pulsesRead === this.#pulses;
		return !isNewer && this.#told !== this.#read;
	}

	/** By a pulse. */
	told(opens: number): void {
		this.#told = opens;
		this.#pulses += 1;
	}

	/** Who has come since the last pulse, the next one tells. */
	missed(): void {
		this.#told = undefined;
	}

	/** What was read counts no more: it may be of another store. */
	forget(): void {
		this.#read = undefined;
	}

	/** The registry is asked for; to be called with what it says, when it is read. */
	asked(): (opens: number) => void {
		const pulses = this.#pulses;
		return (opens) => {
			this.#read = opens;
			this.#pulsesRead = pulses;
		};
	}
}
