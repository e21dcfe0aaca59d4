/** Lives of nodes in one shard of the store's twin, and what was lost with their sessions. */
import type { NodeLife } from "../../node/ports.ts";
import { parseSession, type SessionName } from "../../protocol/lease.ts";

interface LostLife {
	/** The epoch of the session that the life lost last. */
	readonly epoch: number;
	readonly startedMs: number;
	/** How many tasks the life has lost in all its sessions. */
	readonly tasks: number;
}

export class LostLives {
	/** For each node, the life that lost a session last. */
	readonly #lost = new Map<string, LostLife>();
	/** Sessions that were taken in this step, and what they ran. */
	#taken: { session: SessionName; tasks: number }[] = [];

	load(other: LostLives): void {
		for (const [nodeId, lost] of other.#lost) this.#lost.set(nodeId, lost);
	}

	/** A session was taken that ran so many tasks, of a life that began at that time, if it is known. */
	lose(
		session: SessionName,
		startedMs: number | undefined,
		running: number,
	): void {
		this.#taken.push({ session, tasks: running });
		const { nodeId, epoch } = parseSession(session);
		if (startedMs === undefined) {
			this.#lost.delete(nodeId);
			return;
		}
		const before = this.of({ nodeId, startedMs })?.tasks ?? 0;
		this.#lost.set(nodeId, { epoch, startedMs, tasks: before + running });
	}

	of({ nodeId, startedMs }: NodeLife): LostLife | undefined {
		const last = this.#lost.get(nodeId);
		return last?.startedMs === startedMs ? last : undefined;
	}

	/** When the life with this last session began, if it has lost one task in all. */
	lostOneTask(session: SessionName): number | undefined {
		const { nodeId, epoch } = parseSession(session);
		const last = this.#lost.get(nodeId);
		return last?.epoch === epoch && last.tasks === 1
			? last.startedMs
			: undefined;
	}

	takeTaken(): { session: SessionName; tasks: number }[] {
		const taken = this.#taken;
		this.#taken = [];
		return taken;
	}

	forget(nodeId: string): void {
		this.#lost.delete(nodeId);
	}
}
