/**
 * The timers of the virtual clock: a binary heap, ordered by due time and,
 * within one instant, by the order of setting. A cancelled timer stays where it
 * is, so that cancelling costs nothing; once most are cancelled, those go.
 */
import type { Timer } from "../node/ports.ts";

interface SetTimer {
	readonly atMs: number;
	readonly order: number;
	readonly fn: () => void;
	cancelled: boolean;
	/** It is no longer in the heap. */
	taken: boolean;
}

/** Fewer than these cost less than it does to clear them away. */
const CANCELLED_MIN = 64;

export class TimerHeap {
	#heap: SetTimer[] = [];
	#set = 0;
	/** How many in the heap are cancelled. */
	#cancelled = 0;

	add(atMs: number, fn: () => void): Timer {
		const order = this.#set++;
		const timer = { atMs, order, fn, cancelled: false, taken: false };
		this.#rise(timer);
		return {
			cancel: () => this.#cancel(timer),
		};
	}

	/** Takes out the next timer due at or before `endMs`. */
	take(endMs: number): { atMs: number; fn: () => void } | undefined {
		for (;;) {
			const first = this.#heap[0];
			if (first === undefined || first.atMs > endMs) return;
			const last = this.#heap.pop();
			if (last !== undefined && last !== first) this.#sink(last);
			first.taken = true;
			if (!first.cancelled) return first;
			this.#cancelled -= 1;
		}
	}

	#cancel(timer: SetTimer): void {
		if (timer.cancelled || timer.taken) return;
		timer.cancelled = true;
		this.#cancelled += 1;
		if (this.#cancelled < CANCELLED_MIN) return;
		if (this.#cancelled * 2 <= this.#heap.length) return;
		const left = this.#heap.filter(({ cancelled }) => !cancelled);
		this.#heap = [];
		this.#cancelled = 0;
		for (const each of left) this.#rise(each);
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
