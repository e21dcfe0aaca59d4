/**
 * Looks at the cluster from outside, again and again, at what is the case for a while.
 * Each thing counts from the first look that saw it, or from when the observer says, to
 * the last of the looks that saw it without a gap.
 */
import type { VirtualClock } from "../clock.ts";

const LOOK_MS = 100;

/** A thing that is the case now. */
export interface Sight<T> {
	/** The key that distinguishes it from all others. */
	readonly key: string;
	readonly what: T;
	/** Since when it has been the case, if not since it was first seen. */
	readonly fromMs?: number;
}

/** For how long a thing was seen. */
export interface Spell {
	readonly fromMs: number;
	readonly untilMs: number;
}

export interface Observer<T> {
	/** Everything that is the case now. */
	look(nowMs: number): Promise<readonly Sight<T>[]>;
	/** Called when a thing is no longer the case. */
	over(what: T, spell: Spell): void;
}

/** Looks from now on. */
export function observe<T>(clock: VirtualClock, observer: Observer<T>): void {
	const spells = new Map<string, Spell & { what: T }>();
	const look = async () => {
		const nowMs = clock.monoMs();
		for (const { key, what, fromMs } of await observer.look(nowMs)) {
			const known = spells.get(key) ?? { what, fromMs: fromMs ?? nowMs };
			spells.set(key, { ...known, untilMs: nowMs });
		}
		for (const [key, { what, fromMs, untilMs }] of spells) {
			if (untilMs === nowMs) continue;
			spells.delete(key);
			observer.over(what, { fromMs, untilMs });
		}
	};
	const again = () => {
		void look();
		clock.after(LOOK_MS, again);
	};
	again();
}
