/**
 * Detector: finds dead nodes sooner than their leases run out.
 *
 * Watches the peers whose connection closed. Each look reads the peer's
 * sessions in the store first and probes its address after, so that what is
 * revoked is the session that was there before the probe: a node that restarts
 * in between has a newer epoch, and is not hit. What the observations mean is
 * judged in `protocol/suspicion.ts`. A look costs the store as much as there are
 * nodes, and in a large cluster nobody may dial a lost peer again: one that is found
 * alive at all looks for PROBE_ALIVE_MS is left to those who are connected to it.
 *
 * Without this actor everything works, only later: the leases run out.
 */
import { formatSession, type SessionName } from "../protocol/lease.ts";
import {
	PROBE_AGAIN_MS_MAX,
	PROBE_AGAIN_MS_MIN,
	PROBE_ALIVE_MS,
	PROBE_TIMEOUT_MS,
	PULSE_MS_MAX,
	REFUSALS_KEPT_MAX,
} from "../protocol/limits.ts";
import { judge } from "../protocol/suspicion.ts";
import {
	type Clock,
	type Log,
	type Reach,
	type RegisteredNode,
	type RevokeGrounds,
	type Shard,
	StoreError,
	type Timer,
} from "./ports.ts";

/** What the detector needs of the crew of a shard. */
export interface DetectorCrew {
	readonly shard: Shard;
	readonly reaper: {
		reap(session: SessionName, grounds: RevokeGrounds): Promise<void>;
	};
	readonly renewer: {
		/** This node has itself seen the store up, on a steady clock, for one whole TTL. */
		readonly mayReap: boolean;
		readonly clockStepsBack: number;
		storeNowMs(): number;
	};
}

export interface DetectorParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly ttlMs: number;
	readonly crews: readonly DetectorCrew[];
	readonly connected: () => readonly string[];
	readonly probe: (nodeId: string, timeoutMs: number) => Promise<Reach>;
	/** Reads the registry, so that the address to be probed is the newest. @throws StoreError */
	readonly refresh: () => Promise<void>;
	/** Peers that we hear from, but the one named; and those of them that see it. */
	readonly witnesses: (nodeId: string) => { heard: number; seeing: number };
}

interface Watch {
	timer: Timer | undefined;
	againMs: number;
	/** Since when every look has found it alive. */
	aliveMs: number | undefined;
}

/** `gone`: it holds no lease any more. */
type Finding = "gone" | "alive" | "suspect";

interface Lease {
	readonly crew: DetectorCrew;
	readonly node: RegisteredNode;
	readonly leftMs: number;
	/** How often the store's clock had been put back when it was read. */
	readonly clockStepsBack: number;
}

export class Detector {
	readonly #watches = new Map<string, Watch>();
	/** Lives that a refusal held for dead, by node: when each had started. */
	readonly #heldForDead = new Map<string, number>();
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
			void this.#look(nodeId, begun);
		}
	}

	async #look(nodeId: string, watch: Watch): Promise<void> {
		let finding: Finding = "suspect";
		try {
			finding = await this.#judge(nodeId);
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

	async #judge(nodeId: string): Promise<Finding> {
		const { connected, probe, refresh, witnesses, ttlMs, log } = this.#parts;
		const before = await this.#leasesOf(nodeId);
		if (before.length === 0) return "gone";
		await refresh();
		const reach = await probe(nodeId, PROBE_TIMEOUT_MS);
		// A refusal tells of the life that was there before. Silence must have
		// lasted: the node may have renewed its lease while it was probed. And it says
		// nothing after an outage, in which nobody could renew, nor where leases were cut
		// short, as the store's clock had been put back, and this node has not heard of it.
		const leases =
			reach === "refused"
				? before
				: inBoth(before, await this.#leasesOf(nodeId)).filter(
						({ crew: { renewer }, clockStepsBack }) =>
							renewer.mayReap && clockStepsBack === renewer.clockStepsBack,
					);
		const [first] = leases;
		if (first === undefined) return "suspect";
		const { heard, seeing } = witnesses(nodeId);
		const { startedMs } = first.node.record;
		const verdict = judge({
			connected: connected().includes(nodeId),
			reach,
			leaseLeftMs: Math.min(...leases.map(({ leftMs }) => leftMs)),
			ttlMs,
			renewalMsMax: PULSE_MS_MAX,
			peersHeard: heard,
			peersSeeing: seeing,
			refusalsLie: this.#heldForDead.get(nodeId) === startedMs,
		});
		if (verdict !== "dead") return verdict;
		log.warn(
			{ nodeId, reach, heard, seeing },
			"a node is dead; taking its tasks back",
		);
		if (reach === "refused") this.#holdForDead(nodeId, startedMs);
		await Promise.all(
			leases.map(({ crew, node }) =>
				crew.reaper.reap(formatSession(nodeId, node.epoch), { when: "now" }),
			),
		);
		return "gone";
	}

	#holdForDead(nodeId: string, startedMs: number): void {
		this.#heldForDead.delete(nodeId); // So that it goes in as the newest.
		this.#heldForDead.set(nodeId, startedMs);
		const [oldest] = this.#heldForDead.keys();
		if (this.#heldForDead.size > REFUSALS_KEPT_MAX && oldest !== undefined)
			this.#heldForDead.delete(oldest);
	}

	async #leasesOf(nodeId: string): Promise<Lease[]> {
		const found = await Promise.all(
			this.#parts.crews.map(async (crew): Promise<Lease | undefined> => {
				const { nowMs, clockStepsBack, nodes } = await crew.shard.nodes();
				const node = nodes.find(({ record }) => record.nodeId === nodeId);
				if (node?.expiresMs === undefined) return undefined;
				// By the earlier of the two, so that a step of the store's clock, which this
				// node may not have noticed yet, does not look like silence.
				const clockMs = Math.min(nowMs, crew.renewer.storeNowMs());
				const leftMs = node.expiresMs - clockMs;
				return { crew, node, leftMs, clockStepsBack };
			}),
		);
		return found.filter((lease) => lease !== undefined);
	}
}

/** The later looks at those leases of which the session is still the same. */
function inBoth(before: readonly Lease[], after: readonly Lease[]): Lease[] {
	return after.filter(({ crew, node }) =>
		before.some(
			(lease) => lease.crew === crew && lease.node.epoch === node.epoch,
		),
	);
}
