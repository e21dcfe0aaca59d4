/**
 * Instruments: what actors count as they go. Cheap enough for every task: a number that
 * rises, or a few comparisons. Instruments do not know what they are called, nor how they
 * are reported (see metrics.ts).
 */
import { METRIC_LABELS_MAX } from "./limits.ts";

/** How often values occurred, by their size. */
export class Histogram {
	/** The upper bounds, rising, of all buckets but the last. */
	readonly bounds: readonly number[];
	/** The count of each bucket, and of what lies above them all. */
	readonly counts: number[];
	sum = 0;

	constructor(bounds: readonly number[]) {
		this.bounds = bounds;
		this.counts = new Array(bounds.length + 1).fill(0);
	}

	/** Counts a value. Returns the number of its bucket. */
	observe(value: number): number {
		const { bounds, counts } = this;
		let at = 0;
		while (at < bounds.length && value > (bounds[at] as number)) at += 1;
		counts[at] = (counts[at] as number) + 1;
		this.sum += value;
		return at;
	}
}

/** The bounds for calls and short tasks, in seconds: from 0.1 ms to 10 s. */
export const CALL_BOUNDS_S = [
	...[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05],
	...[0.1, 0.25, 0.5, 1, 2.5, 5, 10],
];
/** The bounds for how long tasks wait and run, in seconds: from 1 ms to a day. */
export const WORK_BOUNDS_S = [
	...[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
	...[1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400],
];

/** The label that stands for all labels beyond a number. */
export const OTHER = "other";

/**
 * One instrument for each label, made when it is first asked for; of a limited number, the
 * last is for all further labels.
 */
export class Labelled<Each> {
	readonly #all = new Map<string, Each>();
	readonly #make: (label: string) => Each;
	readonly #max: number;

	constructor(make: (label: string) => Each, max = METRIC_LABELS_MAX) {
		this.#make = make;
		this.#max = max;
	}

	at(label: string): Each {
		return this.#all.get(label) ?? this.#add(label);
	}

	get(label: string): Each | undefined {
		return this.#all.get(label);
	}

	[Symbol.iterator](): IterableIterator<[string, Each]> {
		return this.#all.entries();
	}

	#add(label: string): Each {
		if (label !== OTHER && this.#all.size >= this.#max - 1)
			return this.at(OTHER);
		const each = this.#make(label);
		this.#all.set(label, each);
		return each;
	}
}
