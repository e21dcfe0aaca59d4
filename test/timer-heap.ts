/**
 * The timers of the virtual clock: a binary heap, ordered by due time and,
 * within one instant, by the order of setting. A cancelled timer stays until
 * its time comes and is then passed over, so that cancelling costs nothing.
 */
import type { Timer } from "../node/ports.ts";

interface SetTimer {
	readonly atMs: number;
	readonly order: number;
	readonly fn: () => void;
	cancelled: boolean;
}

export class TimerHeap {
	readonly #heap: SetTimer[] = [];
	#set = 0;

	add(atMs: number, fn: () => void): Timer {
		const timer = { atMs, order: this.#set++, fn, cancelled: false };
		this.#rise(timer);
		return {
			cancel: () => {
				timer.cancelled = true;
			},
		};
	}

	/** Takes out the next timer due at or before `endMs`. */
	take(endMs: number): { atMs: number; fn: () => void } | undefined {
		for (;;) {
			const [first] = this.#heap;
			if (first === undefined || first.atMs > endMs) return;
			const last = this.#heap.pop();
			if (last !== undefined && last !== first) this.#sink(last);
			if (!first.cancelled) return first;
		}
	}

	/** Puts a timer in at the bottom and lets it rise to its place. */
	#rise(timer: SetTimer): void {
		let at = this.#heap.length;
		while (at > 0) {
			const above = (at - 1) >> 1;
			const other = this.#heap[above];
			if (other === undefined || !goesBefore(timer, other)) break;
			this.#heap[at] = other;
			at = above;
		}
		this.#heap[at] = timer;
	}

	/** Puts a timer in at the top, in place of the one there, and lets it sink. */
	#sink(timer: SetTimer): void {
		let at = 0;
		for (;;) {
			let below = 2 * at + 1;
			let other = this.#heap[below];
			const right = this.#heap[below + 1];
			if (other !== undefined && right !== undefined) {
				if (goesBefore(right, other)) {
					below += 1;
					other = right;
				}
			}
			if (other === undefined || !goesBefore(other, timer)) break;
			this.#heap[at] = other;
			at = below;
		}
		this.#heap[at] = timer;
	}
}

function goesBefore(a: SetTimer, b: SetTimer): boolean {
	return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
