/** Tasks of one shard of the store's twin that somebody has asked to end, and who is to stop them. */
import type { AttemptName } from "../../node/ports.ts";
import type { SessionName } from "../../protocol/lease.ts";
import { MARK_KEPT_MS, MARKS_TOLD_MAX } from "../../protocol/limits.ts";

interface Mark extends AttemptName {
	readonly atMs: number;
}

export class Marks {
	readonly #marks = new Map<SessionName, readonly Mark[]>();

	copy(): Marks {
		const copy = new Marks();
		for (const [session, marks] of this.#marks) copy.#marks.set(session, marks);
		return copy;
	}

	/** The session is to stop this attempt. */
	put(session: SessionName, { id, token }: AttemptName, atMs: number): void {
		const others = this.#of(session).filter((each) => each.token !== token);
		this.#marks.set(session, [...others, { id, token, atMs }]);
	}

	/** The attempt's holder has ended it. */
	remove(session: SessionName, token: number): void {
		const others = this.#of(session).filter((each) => each.token !== token);
		this.#marks.set(session, others);
	}

	/** What a pulse tells the session. */
	told(session: SessionName, nowMs: number): AttemptName[] {
		const old = this.#of(session)
			.filter(({ atMs }) => atMs <= nowMs - MARK_KEPT_MS)
			.sort(inOrder)
			.slice(0, MARKS_TOLD_MAX);
		const left = this.#of(session).filter((mark) => !old.includes(mark));
		this.#marks.set(session, left);
		return [...left]
			.sort(inOrder)
			.slice(0, MARKS_TOLD_MAX)
			.map(({ id, token }) => ({ id, token }));
	}

	/** The session is over. */
	drop(session: SessionName): void {
		this.#marks.delete(session);
	}

	#of(session: SessionName): readonly Mark[] {
		return this.#marks.get(session) ?? [];
	}
}

/** As in Redis: by time, and at one moment by the text stored there. */
function inOrder(a: Mark, b: Mark): number {
	const text = ({ token, id }: Mark) => `${token} ${id}`;
	return a.atMs - b.atMs || (text(a) < text(b) ? -1 : 1);
}
