/**
 * Detector: finds at once that a node has died whose host lives.
 *
 * It watches the peers whose connection closed. Each look first reads the peer's sessions
 * in the store and then probes its address, so that the session it revokes is the one
 * that was there before the probe: a node that restarts in between has a newer epoch, and
 * is not hit. In a cluster of one shard the first probe does not even wait for that read.
 * The registry as it was last read gives a session and its address, too, and if the peer
 * has a newer session nothing happens to it. `protocol/suspicion.ts` judges what the
 * observations mean. A look costs the store as much as there are nodes, and in a large
 * cluster nobody may dial a lost peer again. So a peer that all looks for PROBE_ALIVE_MS
 * find alive is left to those who are connected to it.
 *
 * Peers that are merely silent are left to the seeker. Without this actor everything
 * works, only later.
 */
import { formatSession, type SessionName } from "../../protocol/lease.ts";
import {
	PROBE_AGAIN_MS_MAX,
	PROBE_AGAIN_MS_MIN,
	PROBE_ALIVE_MS,
	PROBE_CLOSING_MS_MAX,
	PROBE_CLOSING_MS_MIN,
	PROBE_TIMEOUT_MS,
	PULSE_MS_MAX,
} from "../../protocol/limits.ts";
import { judge, type Verdict } from "../../protocol/suspicion.ts";
import {
	type Clock,
	type Gossip,
	type Log,
	type Reach,
	type RegisteredNode,
	type RevokeGrounds,
	type Shard,
	StoreError,
	type Timer,
} from "../ports.ts";
import type { Life, Refusals } from "./refusals.ts";

/** What the detector needs of the engine of a shard. */
export interface DetectorEngine {
	readonly shard: Pick<Shard, "sessions">;
	readonly reaper: {
		reap(session: SessionName, grounds: RevokeGrounds): Promise<unknown>;
	};
}

export interface DetectorParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly ttlMs: number;
	readonly engines: readonly DetectorEngine[];
	readonly gossip: Pick<Gossip, "connected" | "probe">;
	/** See inquirer.ts. */
	readonly inquirer: {
		/** Whether the peer's address, as the registry was last read, has taken connections. */
		hasReached(nodeId: string): boolean;
	};
	/** See roster.ts. */
	readonly roster: {
		/** Reads the registry, so that the newest address is probed. @throws StoreError */
		refresh(): Promise<void>;
		/** Other nodes that hold a lease, as last read; their addresses are the ones that are probed. */
		readonly others: readonly RegisteredNode[];
		/** How many other peers that we hear from see this peer. */
		seeing(nodeId: string): number;
	};
	readonly refusals: Refusals;
}

interface Watch {
	timer: Timer | undefined;
	againMs: number;
	/** Since when every look has found the peer alive. */
	aliveMs: number | undefined;
}

/** `gone`: the peer holds no lease any more. */
type Finding = "gone" | "alive" | "suspect";

interface Lease {
	readonly engine: DetectorEngine;
	readonly node: RegisteredNode;
	readonly leftMs: number;
	/** How long ago the session was opened. */
	readonly ageMs: number;
}

export class Detector {
	readonly #watches = new Map<string, Watch>();
	#stopped = false;
	readonly #parts: DetectorParts;

	constructor(parts: DetectorParts) {
		this.#parts = parts;
	}

	stop(): void {
		this.#stopped = true;
		for (const { timer } of this.#watches.values()) timer?.cancel();
		this.#watches.clear();
	}

	/** Whether the peer is lost to us and not yet known to be dead. */
	suspects(nodeId: string): boolean {
		return this.#watches.has(nodeId);
	}

	/** The connection to a peer has opened or closed. */
	peerChanged(nodeId: string, connected: boolean): void {
		const watch = this.#watches.get(nodeId);
		if (connected) {
			watch?.timer?.cancel();
			this.#watches.delete(nodeId);
		} else if (watch === undefined && !this.#stopped) {
			const begun: Watch = {
				timer: undefined,
				againMs: PROBE_AGAIN_MS_MIN,
				aliveMs: undefined,
			};
			this.#watches.set(nodeId, begun);
			void this.#begin(nodeId, begun);
		}
	}

	async #begin(nodeId: string, watch: Watch): Promise<void> {
		const { clock, engines } = this.#parts;
		// With several shards, all sessions are taken together: the shards are asked whether
		// a task was all that the node ran, and those that have not lost it yet speak for the
		// task.
		const takenMs =
			engines.length === 1 ? await this.#takeKnown(nodeId, watch) : undefined;
		if (this.#watches.get(nodeId) !== watch) return;
		// The rest can wait until the tasks are claimed.
		if (takenMs === undefined) return await this.#look(nodeId, watch);
		watch.timer = clock.after(
			PROBE_AGAIN_MS_MIN,
			() => void this.#look(nodeId, watch, takenMs),
		);
	}

	/**
	 * Takes the peer's session that was last read, if its address refuses, now or in a
	 * moment. Returns when it did.
	 */
	async #takeKnown(
		nodeId: string,
		watch: Watch,
		againMs = PROBE_CLOSING_MS_MIN,
	): Promise<number | undefined> {
		const { clock, gossip, roster, engines, refusals, ttlMs } = this.#parts;
		const [home] = engines;
		const known = roster.others.find(({ record }) => record.nodeId === nodeId);
		if (home === undefined || known === undefined) return undefined;
		const reach = await gossip.probe(nodeId, PROBE_TIMEOUT_MS);
		if (this.#watches.get(nodeId) !== watch) return undefined;
		if (reach === "answers" && againMs <= PROBE_CLOSING_MS_MAX) {
			await new Promise<void>((resolve) => {
				watch.timer = clock.after(againMs, resolve);
			});
			return await this.#takeKnown(nodeId, watch, 2 * againMs);
		}
		const life = lifeOf(known);
		const verdict = this.#verdict(nodeId, reach, life, ttlMs);
		if (verdict !== "dead") return undefined;
		refusals.holdForDead(nodeId, life);
		const session = formatSession(nodeId, known.epoch);
		await home.reaper.reap(session, { when: "now" });
		return clock.monoMs();
	}

	/** `takenMs`: when a session of the peer was taken that may not have been its newest. */
	async #look(nodeId: string, watch: Watch, takenMs?: number): Promise<void> {
		let finding: Finding = "suspect";
		try {
			finding = await this.#judge(nodeId, takenMs);
		} catch (error) {
			// Without the store nothing can be judged, nor revoked.
			if (!(error instanceof StoreError)) throw error;
			this.#parts.log.debug(
				{ err: error, nodeId },
				"could not look after a lost peer",
			);
		}
		if (this.#watches.get(nodeId) !== watch) return;
		const { clock } = this.#parts;
		const isAlive = finding === "alive";
		watch.aliveMs = isAlive ? (watch.aliveMs ?? clock.monoMs()) : undefined;
		const forMs = clock.monoMs() - (watch.aliveMs ?? clock.monoMs());
		if (finding === "gone" || forMs >= PROBE_ALIVE_MS) {
			this.#watches.delete(nodeId);
			return;
		}
		watch.timer = clock.after(
			watch.againMs,
			() => void this.#look(nodeId, watch),
		);
		const againMsMax = isAlive ? PROBE_ALIVE_MS : PROBE_AGAIN_MS_MAX;
		watch.againMs = Math.min(watch.againMs * 2, againMsMax);
	}

	async #judge(nodeId: string, takenMs?: number): Promise<Finding> {
		const { clock, gossip, roster, refusals } = this.#parts;
		const leases = await this.#leasesOf(nodeId);
		const [first] = leases;
		if (first === undefined) return "gone";
		// This session was open when an older one was taken: that it exists is no sign of life.
		if (takenMs !== undefined && first.ageMs > clock.monoMs() - takenMs)
			refusals.forget(nodeId);
		await roster.refresh();
		const reach = await gossip.probe(nodeId, PROBE_TIMEOUT_MS);
		const life = lifeOf(first.node);
		const leftMs = Math.min(...leases.map((lease) => lease.leftMs));
		const verdict = this.#verdict(nodeId, reach, life, leftMs);
		if (verdict !== "dead") return verdict;
		refusals.holdForDead(nodeId, life);
		await Promise.all(
			leases.map(({ engine, node }) =>
				engine.reaper.reap(formatSession(nodeId, node.epoch), { when: "now" }),
			),
		);
		return "gone";
	}

	#verdict(
		nodeId: string,
		reach: Reach,
		life: Life,
		leaseLeftMs: number,
	): Verdict {
		const { gossip, inquirer, roster, refusals, ttlMs, log } = this.#parts;
		const verdict = judge({
			connected: gossip.connected().includes(nodeId),
			...{ reach, leaseLeftMs, ttlMs, renewalMsMax: PULSE_MS_MAX },
			peersSeeing: roster.seeing(nodeId),
			refusalsLie: !inquirer.hasReached(nodeId) || refusals.lie(nodeId, life),
		});
		if (verdict === "dead")
			log.debug(
				{ nodeId },
				"a node is gone, dead unless it left in good order",
			);
		return verdict;
	}

	async #leasesOf(nodeId: string): Promise<Lease[]> {
		const found = await Promise.all(
			this.#parts.engines.map(async (engine): Promise<Lease | undefined> => {
				const { nowMs, nodes } = await engine.shard.sessions.nodes();
				const node = nodes.find(({ record }) => record.nodeId === nodeId);
				if (node?.expiresMs === undefined) return undefined;
				// Epochs are times.
				const ageMs = nowMs - node.epoch;
				return { engine, node, leftMs: node.expiresMs - nowMs, ageMs };
			}),
		);
		return found.filter((lease) => lease !== undefined);
	}
}

function lifeOf({ record, epoch }: RegisteredNode): Life {
	return { startedMs: record.startedMs, epoch };
}
