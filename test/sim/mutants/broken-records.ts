/** Submissions, ends and sessions that break a rule. */
import type {
	AttemptName,
	Clock,
	EndOutcome,
	Lease,
	ListReply,
	ListRequest,
	Pulse,
	RevokeReply,
	RevokeRequest,
	Shard,
	ShardCounts,
	SubmitOutcome,
} from "../../../node/ports.ts";
import type { SessionName } from "../../../protocol/lease.ts";
import { formatSession } from "../../../protocol/lease.ts";
import type { NewTask, TaskEnd, TaskRecord } from "../../../protocol/task.ts";
import { newRecord } from "../../fakes/task-record.ts";
import { type PulseRequest, TamperedShard } from "./tampered-shard.ts";

/** Takes the end of an attempt from whoever brings it. */
export class AnyTokenEnds extends TamperedShard {
	override async complete(
		ends: readonly TaskEnd[],
	): Promise<{ outcomes: EndOutcome[]; endedKept: number }> {
		const tasks = await this.sound.get(ends.map(({ id }) => id));
		return await this.sound.complete(
			ends.map((end, i) => {
				const token = tasks[i]?.attempts.at(-1)?.token ?? end.token;
				return { ...end, token };
			}),
		);
	}
}

/** Says yes before it writes, and now and then does not come to write. */
export class HastyYes extends TamperedShard {
	override async submit(
		tasks: readonly NewTask[],
		lease?: Lease,
	): Promise<SubmitOutcome[]> {
		if (!this.onceIn(15)) return await this.sound.submit(tasks, lease);
		return tasks.map(() => ({ ok: true, created: true, seq: 1 }));
	}
}

/** Now and then writes a task's record and not its place in the queue. */
export class LostPlaces extends TamperedShard {
	readonly #unqueued = new Map<string, TaskRecord>();

	override async submit(
		tasks: readonly NewTask[],
		lease?: Lease,
	): Promise<SubmitOutcome[]> {
		if (!this.onceIn(15)) return await this.sound.submit(tasks, lease);
		for (const task of tasks)
			this.#unqueued.set(task.id, newRecord(task, 1, 0));
		return tasks.map(() => ({ ok: true, created: true, seq: 1 }));
	}

	override async list(request: ListRequest): Promise<ListReply> {
		const queued = await this.sound.list(request);
		const known = new Set(queued.tasks.map(({ id }) => id));
		const rest = [...this.#unqueued.values()].filter(
			({ id }) => !known.has(id),
		);
		return { ...queued, tasks: [...queued.tasks, ...rest] };
	}

	override async counts(): Promise<ShardCounts> {
		const counts = await this.sound.counts();
		const PENDING = counts.states.PENDING + this.#unqueued.size;
		return { ...counts, states: { ...counts.states, PENDING } };
	}
}

/** Counts an end each time that it is told of it. */
export class EagerCounts extends TamperedShard {
	readonly #taken = new Set<string>();
	#again = 0;

	override async complete(
		ends: readonly TaskEnd[],
	): Promise<{ outcomes: EndOutcome[]; endedKept: number }> {
		const told = await this.sound.complete(ends);
		for (const [i, { id, token }] of ends.entries()) {
			if (told.outcomes[i] !== "accepted") continue;
			const attempt = `${token} ${id}`;
			if (this.#taken.has(attempt)) this.#again += 1;
			this.#taken.add(attempt);
		}
		return told;
	}

	override async counts(): Promise<ShardCounts> {
		const counts = await this.sound.counts();
		const SUCCESS = counts.states.SUCCESS + this.#again;
		return { ...counts, states: { ...counts.states, SUCCESS } };
	}
}

/** Takes a session's tasks however lately it has renewed its lease. */
export class DeafReaper extends TamperedShard {
	override async pulse(...request: PulseRequest): Promise<Pulse> {
		const pulse = await this.sound.pulse(...request);
		const [session] = request;
		if (!pulse.ok || !this.onceIn(20)) return pulse;
		const { nodes } = await this.sound.nodes();
		const expired = nodes
			.map(({ record, epoch, expiresMs = 0 }) => {
				return { session: formatSession(record.nodeId, epoch), expiresMs };
			})
			.filter((seen) => seen.expiresMs > 0 && seen.session !== session);
		return { ...pulse, expired };
	}

	override revoke(request: RevokeRequest): Promise<RevokeReply> {
		return this.sound.revoke({ ...request, grounds: { when: "now" } });
	}
}

/** Does not tell whose lease has run out. */
export class BlindSweep extends TamperedShard {
	override async pulse(...request: PulseRequest): Promise<Pulse> {
		const pulse = await this.sound.pulse(...request);
		return pulse.ok ? { ...pulse, expired: [] } : pulse;
	}
}

/** Tells every session the true time, whatever the store's clock does. */
export class SmoothTime extends TamperedShard {
	readonly #clock: Clock;

	constructor(sound: Shard, clock: Clock) {
		super(sound);
		this.#clock = clock;
	}

	override async pulse(...request: PulseRequest): Promise<Pulse> {
		const pulse = await this.sound.pulse(...request);
		return pulse.ok ? { ...pulse, nowMs: this.#clock.wallMs() } : pulse;
	}
}

/** Does not say which of a node's attempts it knows nothing of. */
export class SilentListing extends TamperedShard {
	override async unlisted(): Promise<AttemptName[]> {
		return [];
	}
}

/** Says of a node's attempts that it knows nothing of them, though it does. */
export class ForgetfulListing extends TamperedShard {
	override async unlisted(
		_session: SessionName,
		attempts: readonly AttemptName[],
	): Promise<AttemptName[]> {
		return [...attempts];
	}
}
