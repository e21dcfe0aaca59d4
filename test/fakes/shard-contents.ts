/**
 * What a shard of the store's twin holds, whoever asks.
 */
import type { Lease } from "../../node/ports.ts";
import type { SessionName } from "../../protocol/lease.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { ClusterNumber } from "./cluster-number.ts";
import { Samples } from "./memory-live.ts";
import { Steps } from "./memory-stats.ts";
import { AccessTokens } from "./shard-access.ts";
import { Events } from "./shard-events.ts";
import { Runs } from "./shard-runs.ts";
import { Sessions } from "./shard-sessions.ts";
import { Tasks } from "./shard-tasks.ts";
import { type Server, TokenCounter } from "./token-counter.ts";

/** The caller for whom a shard is asked. */
export interface Asker {
	/** The caller's number of shards; undefined for an observer, to whom everything is shown. */
	readonly shards: number | undefined;
}

/**
 * Called for each ended task that the shard discards as it was asked to: past its time,
 * or for room; or that somebody deletes.
 */
export type Forgot = (id: string, why: "trimmed" | "deleted") => void;

export interface MemoryShardParts {
	readonly index: number;
	readonly nowMs: () => number;
	readonly forgot: Forgot;
	readonly contents: ShardContents;
}

export interface ShardImage {
	readonly sessions: Sessions;
	readonly tasks: Tasks;
	readonly runs: Runs;
	readonly access: AccessTokens;
	readonly steps: Steps;
	readonly events: Events;
	readonly samples: Samples;
	/** The cluster's number; undefined if it is not fixed, or no longer. */
	readonly shards: number | undefined;
}

export class ShardContents {
	readonly number = new ClusterNumber();
	sessions: Sessions;
	tasks = new Tasks();
	runs = new Runs();
	access = new AccessTokens();
	/** How work went. */
	steps = new Steps();
	events = new Events();
	/** Figures over time. */
	samples = new Samples();

	constructor(server: Server) {
		this.sessions = new Sessions(new TokenCounter(server));
	}

	/** Everything in it, as it is now. */
	save(): ShardImage {
		return {
			sessions: this.sessions.copy(),
			tasks: this.tasks.copy(),
			runs: this.runs.copy(),
			access: this.access.copy(),
			steps: this.steps.copy(),
			events: this.events.copy(),
			samples: this.samples.copy(),
			shards: this.number.fixed,
		};
	}

	/** Restores what was there when the image was made; the image may be used again. */
	load(image: ShardImage): void {
		const { sessions, tasks, runs, access, steps, events, samples, shards } =
			image;
		this.number.fixed = shards;
		this.sessions = sessions.copy();
		this.tasks = tasks.copy();
		this.runs = runs.copy();
		this.access = access.copy();
		this.steps = steps.copy();
		this.events = events.copy();
		this.samples = samples.copy();
	}

	/** A step is over: what has ended by it, and what happened. */
	closeStep(nowMs: number): void {
		this.tasks.records.closeStep(nowMs);
		this.events.note(...this.tasks.records.takeNoted());
		this.events.write(this.sessions.tokens.generation, nowMs);
	}

	get isEmpty(): boolean {
		return this.sessions.isEmpty && this.tasks.isEmpty;
	}

	readonly countRunning = (session: SessionName): number =>
		this.tasks.holders.count(session);

	heldBy(session: SessionName, limit: number): TaskRecord[] {
		const first = this.tasks.running(session).slice(0, limit);
		return first.flatMap(({ id, token }) => this.tasks.held(id, token) ?? []);
	}

	/** Why nothing can be claimed under this lease. */
	refusalOf({ session, generation }: Lease, nowMs: number) {
		const { tokens } = this.sessions;
		if (!tokens.isAdopted()) return "stale_generation";
		if (!this.sessions.leases.holds(session, nowMs)) return "no_lease";
		return generation === tokens.generation ? undefined : "stale_generation";
	}
}
