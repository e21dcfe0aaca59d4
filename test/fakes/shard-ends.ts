/**
 * The order in which ended tasks of one kind are discarded, in one shard of the store's
 * twin. Tasks that one step ends stand in it as one: by the time, and at one moment by
 * their ids, as in Redis. Tasks that say how long they are to be kept stand apart.
 */
import type { Keep } from "../../protocol/keep.ts";
import { TRIM_BATCH_MAX } from "../../protocol/limits.ts";

interface Group {
	/** By this it stands among those of one moment. */
	readonly text: string;
	readonly ids: readonly string[];
	readonly endedMs: number;
}

interface Own {
	readonly id: string;
	readonly endedMs: number;
	readonly untilMs: number;
}

/** What is to be kept of one kind, and what is there. */
export interface Trim {
	readonly keep: Keep;
	readonly leastMs: number;
	readonly nowMs: number;
	/** The bytes that a task takes. */
	bytesOf(id: string): number;
}

export class Ends {
	#groups: Group[] = [];
	#own: Own[] = [];
	#ending: string[] = [];

	copy(): Ends {
		const copy = new Ends();
		copy.#groups = [...this.#groups];
		copy.#own = [...this.#own];
		return copy;
	}

	get ids(): readonly string[] {
		return [
			...this.#groups.flatMap(({ ids }) => ids),
			...this.#own.map(({ id }) => id),
		];
	}

	/** Adds one of the tasks that this step ends; `keepMs` is what it says itself, or 0. */
	add(id: string, endedMs: number, keepMs: number): void {
		if (keepMs === 0) this.#ending.push(id);
		else this.#own.push({ id, endedMs, untilMs: endedMs + keepMs });
	}

	/** The step is over. */
	close(endedMs: number): void {
		if (this.#ending.length > 0) this.#put(this.#ending, endedMs);
		this.#ending = [];
	}

	/** The task is no longer ended. */
	remove(id: string): void {
		this.#own = this.#own.filter((own) => own.id !== id);
		const group = this.#groups.find(({ ids }) => ids.includes(id));
		if (group === undefined) return;
		this.#groups = this.#groups.filter((other) => other !== group);
		const ids = group.ids.filter((other) => other !== id);
		if (ids.length > 0) this.#put(ids, group.endedMs);
	}

	/** Takes out what is to be discarded, beside so many of the other kind. */
	trim(trim: Trim, others: number): string[] {
		const { keep, leastMs, nowMs, bytesOf } = trim;
		let number = this.ids.length - keep.number;
		let bytes = this.ids.reduce((sum, id) => sum + bytesOf(id), 0) - keep.bytes;
		const taken: string[] = [];
		const take = (id: string) => {
			taken.push(id);
			number -= 1;
			bytes -= bytesOf(id);
		};
		const left = () => Math.max(0, TRIM_BATCH_MAX - others - taken.length);
		const isBeyond = () => number > 0 || bytes > 0;
		const takeOwn = (goes: (own: Own) => boolean) => {
			const first = this.#own.sort(inOrder).slice(0, left());
			for (const own of first) {
				if (!goes(own)) continue;
				take(own.id);
				this.#own = this.#own.filter((other) => other !== own);
			}
		};
		takeOwn(({ untilMs }) => untilMs <= nowMs);
		for (const group of this.#groups) {
			const { endedMs, ids } = group;
			const beyond = isBeyond() && endedMs + leastMs <= nowMs;
			if (left() === 0 || !(beyond || endedMs + keep.ms <= nowMs)) break;
			for (const id of ids) take(id);
			this.#groups = this.#groups.filter((other) => other !== group);
		}
		takeOwn(({ endedMs }) => isBeyond() && endedMs + leastMs <= nowMs);
		return taken;
	}

	#put(ids: readonly string[], endedMs: number): void {
		const group = { text: `${ids.join(" ")} `, ids, endedMs };
		this.#groups = [...this.#groups, group].sort(
			(a, b) => a.endedMs - b.endedMs || (a.text < b.text ? -1 : 1),
		);
	}
}

function inOrder(a: Own, b: Own): number {
	const text = ({ endedMs, id }: Own) => `${endedMs} ${id}`;
	return a.untilMs - b.untilMs || (text(a) < text(b) ? -1 : 1);
}
