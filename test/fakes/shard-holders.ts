/**
 * The holders of one shard of the store's twin: who has the newest attempt of a task, or
 * had it to its end; and which tasks each session runs.
 */
import assert from "node:assert/strict";
import type { SessionName } from "../../protocol/lease.ts";

/** There is none once the attempt was taken back. */
export interface Holder {
	readonly session: SessionName;
	readonly token: number;
}

export class Holders {
	readonly #holders = new Map<string, Holder>();
	/** The ids of STARTED tasks by session. */
	readonly #running = new Map<SessionName, Set<string>>();

	copy(): Holders {
		const copy = new Holders();
		for (const [id, holder] of this.#holders) copy.#holders.set(id, holder);
		for (const [session, ids] of this.#running)
			copy.#running.set(session, new Set(ids));
		return copy;
	}

	begin(id: string, holder: Holder): void {
		this.#holders.set(id, holder);
		const running = this.#running.get(holder.session) ?? new Set();
		this.#running.set(holder.session, running.add(id));
	}

	token(id: string): number | undefined {
		return this.#holders.get(id)?.token;
	}

	sessionOf(id: string): SessionName {
		return this.#holders.get(id)?.session ?? "";
	}

	/** The attempt is over, and was the task's last. */
	leave(id: string): void {
		const session = this.#holders.get(id)?.session ?? "";
		const running = this.#running.get(session) ?? new Set();
		assert(
			running.delete(id),
			"a STARTED task is in its session's running set",
		);
		if (running.size === 0) this.#running.delete(session);
	}

	/** The task has no attempt, or none that still matters. */
	forget(id: string): void {
		this.#holders.delete(id);
	}

	running(session: SessionName): string[] {
		return [...(this.#running.get(session) ?? [])];
	}

	/** How many tasks the session runs. */
	count(session: SessionName): number {
		return this.#running.get(session)?.size ?? 0;
	}

	get ids(): string[] {
		return [...this.#running.values()].flatMap((ids) => [...ids]);
	}
}
