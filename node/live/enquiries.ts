/**
 * Enquiries: what the store is asked besides, now and then: how nodes died of which no more is known than that they did; and what
 * it is told, since when the oldest task waits, if nobody else has looked.
 */
import { LIVE_DEATHS_ASKED_MAX, LIVE_STEP_MS } from "../../protocol/limits.ts";
import {
	type LiveLook,
	type LiveWithin,
	type NodeView,
	type ShardLive,
	type ShardSessions,
	StoreError,
} from "../ports.ts";
import type { LiveRun, Surroundings } from "./live-run.ts";

export interface EnquiriesParts {
	readonly shards: readonly { readonly live: Pick<ShardLive, "sample"> }[];
	/** The sessions of the shard whose registry all nodes read. */
	readonly registry: Pick<ShardSessions, "deaths">;
	readonly backlog: Backlog;
}

/** What is read of queues and failures, at a pace of its own: see live-backlog.ts. */
export interface Backlog {
	/** Reads again what is out of date; never rejects. */
	read(): Promise<void>;
	/** As it was read last, of all tasks or of those within. */
	known(
		within?: LiveWithin,
	): Pick<Surroundings, "queues" | "queuesMore" | "failingTypes" | "oldest">;
}

export class Enquiries {
	readonly #parts: EnquiriesParts;

	constructor(parts: EnquiriesParts) {
		this.#parts = parts;
	}

	/**
	 * Tells the store since when the oldest task waits: with many queues the keepers of figures
	 * do not look (figure-keeper.ts). `looks`: the newest ones, of all shards.
	 */
	async tellOldest([first]: readonly LiveLook[]): Promise<void> {
		const { shards, backlog } = this.#parts;
		const { queues, oldest } = backlog.known();
		const sample = first?.samples.at(-1);
		const stepMs = (first?.nowMs ?? 0) - LIVE_STEP_MS;
		if (queues === undefined || sample === undefined) return;
		if (sample.oldestMs !== undefined || sample.atMs <= stepMs) return;
		const { slots } = sample;
		const figures = { slots, oldestMs: oldest?.sinceMs ?? 0 };
		try {
			await Promise.all(shards.map(({ live }) => live.sample(figures)));
		} catch (error) {
			// Then it stays unknown for this step.
			if (!(error instanceof StoreError)) throw error;
		}
	}

	/** Asks who took the leases of the nodes that have died since the last question. */
	askOfNew(run: LiveRun, nowMs: number): void {
		for (const node of run.deaths.takeUnasked())
			void this.#askHow(run, node, nowMs);
	}

	/** Asks how nodes died before anybody read, beginning with those that are still dead. */
	async askOfAll(
		run: LiveRun,
		nodes: readonly NodeView[],
		nowMs: number,
	): Promise<void> {
		const dead = nodes.filter(({ state }) => state === "dead");
		const others = nodes.filter(({ state }) => state !== "dead");
		const all = [...dead, ...others].slice(0, LIVE_DEATHS_ASKED_MAX);
		await Promise.all(
			all.map(({ record }) => this.#askHow(run, record.nodeId, nowMs)),
		);
		run.deaths.takeUnasked();
	}

	async #askHow(run: LiveRun, node: string, nowMs: number): Promise<void> {
		try {
			const { deaths } = await this.#parts.registry.deaths(node);
			run.diedAs(node, deaths, nowMs);
		} catch (error) {
			// Then readers are not told who took the lease.
			if (!(error instanceof StoreError)) throw error;
		}
	}
}
