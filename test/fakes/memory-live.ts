/** How things are in one shard of the store's twin: figures, now and over time, and what runs. */
import type {
	HeldAttempt,
	HoldersReply,
	LiveHead,
	LiveLook,
	LiveSample,
	ShardLive,
} from "../../node/ports.ts";
import type { SessionName } from "../../protocol/lease.ts";
import {
	LIVE_HOLDERS_STEP,
	LIVE_STEP_MS,
	LIVE_STEPS,
} from "../../protocol/limits.ts";
import type { Asker, MemoryShardParts } from "./shard-contents.ts";

const SPAN_MS = LIVE_STEPS * LIVE_STEP_MS;

/** By the place of their step. */
export class Samples extends Map<number, LiveSample> {
	copy(): Samples {
		return new Samples(this);
	}
}

export class MemoryLive implements ShardLive {
	readonly #parts: MemoryShardParts;
	readonly #asker: Asker;

	constructor(parts: MemoryShardParts, asker: Asker) {
		this.#parts = parts;
		this.#asker = asker;
	}

	async look(afterMs: number): Promise<LiveLook> {
		this.#check();
		const nowMs = this.#parts.nowMs();
		const { samples, sessions, countRunning } = this.#contents;
		const isTold = ({ atMs }: LiveSample) =>
			atMs > afterMs &&
			atMs > nowMs - (nowMs % LIVE_STEP_MS) - SPAN_MS &&
			atMs <= nowMs;
		return {
			...{ nowMs, ...this.#now(), failed: this.#failed(nowMs - SPAN_MS) },
			samples: [...samples.values()]
				.filter(isTold)
				.sort((a, b) => a.atMs - b.atMs),
			sessions: [...sessions.leases]
				.filter(([, expiresMs]) => expiresMs > 0)
				.sort(([a, aMs], [b, bMs]) => aMs - bMs || (a < b ? -1 : 1))
				.map(([session, expiresMs]) => ({
					...{ session, expiresMs, running: countRunning(session) },
				})),
		};
	}

	async sample({
		slots,
		oldestMs,
	}: Pick<LiveSample, "slots" | "oldestMs">): Promise<boolean> {
		this.#check();
		const nowMs = this.#parts.nowMs();
		const atMs = nowMs - (nowMs % LIVE_STEP_MS);
		const place = (atMs / LIVE_STEP_MS) % LIVE_STEPS;
		const { samples } = this.#contents;
		const known = samples.get(place);
		const isKept = known?.atMs === atMs;
		if (isKept && (oldestMs === undefined || known.oldestMs !== undefined))
			return false;
		const failed = this.#failed(atMs - LIVE_STEP_MS, atMs);
		samples.set(
			place,
			isKept
				? { ...known, oldestMs }
				: { atMs, ...this.#now(), slots, failed, oldestMs },
		);
		return true;
	}

	async holders(sessions: readonly SessionName[]): Promise<HoldersReply> {
		this.#check();
		const attempts: HeldAttempt[] = [];
		let looked = 0;
		for (const session of sessions) {
			if (attempts.length >= LIVE_HOLDERS_STEP) break;
			looked += 1;
			attempts.push(...this.#held(session));
		}
		return { attempts, looked };
	}

	#held(session: SessionName): HeldAttempt[] {
		const held = this.#contents.heldBy(session, LIVE_HOLDERS_STEP);
		return held.map(({ id, attempt, attempts }) => {
			const { token = 0, claimedMs = 0 } = attempts.at(-1) ?? {};
			return { id, token, attempt, claimedMs, session };
		});
	}

	async heads(ids: readonly string[]): Promise<(LiveHead | undefined)[]> {
		this.#check();
		return ids.map((id) => {
			const task = this.#contents.tasks.get(id);
			return task && { round: task.round, route: task.route };
		});
	}

	#now(): Pick<LiveLook, "pending" | "started" | "ended"> {
		const { tasks } = this.#contents;
		const { accepted, states } = tasks.counts();
		const { PENDING: pending, STARTED: started, SCHEDULED } = states;
		const begun = accepted + tasks.reopened;
		return { pending, started, ended: begun - pending - started - SCHEDULED };
	}

	/** Those that ended since then, and before the other. */
	#failed(sinceMs: number, untilMs = Number.POSITIVE_INFINITY): number {
		const { all } = this.#contents.tasks.records;
		return all.filter(
			({ state, finishedMs = 0 }) =>
				state === "FAILURE" && finishedMs >= sinceMs && finishedMs < untilMs,
		).length;
	}

	#check(): void {
		this.#contents.number.check(this.#asker.shards);
	}

	get #contents() {
		return this.#parts.contents;
	}
}
