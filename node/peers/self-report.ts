/**
 * SelfReport: what this node tells others about itself, as it is now: its record in the
 * registry, and what its digests say.
 */
import {
	type Digest,
	type GossipHeader,
	shortName,
} from "../../protocol/gossip.ts";
import { DIGEST_PEERS_MAX } from "../../protocol/limits.ts";
import type {
	Executor,
	Gossip,
	NodeName,
	NodeRecord,
	Store,
} from "../ports.ts";

/** The world around the node, as far as others may know it. */
export interface OwnHost {
	/** What stays as it is through a life, except for the addresses. */
	record(): Omit<NodeRecord, "name" | "draining" | "atRisk">;
	/** The fraction of the last second that the event loop was busy. */
	load(): number;
	/** What the process takes of the machine's memory; undefined if the system does not say. */
	memoryBytes(): number | undefined;
}

export interface SelfReportParts {
	readonly host: OwnHost;
	readonly name: NodeName;
	readonly gossip: Pick<Gossip, "connected">;
	readonly store: Pick<Store, "up">;
	readonly executor: Pick<Executor, "types" | "settingsOf">;
	/** See runner.ts. */
	readonly runner: { readonly freeSlots: number; readonly running: number };
	/** The engines of the shards; may still be filled, as long as nothing runs. */
	readonly engines: readonly { readonly renewer: { readonly away: boolean } }[];
}

/** Memory is told by the MiB: it changes all the time, and whoever watches is told of each change. */
const MIB = 1_048_576;

export type DigestContent = Omit<Digest, keyof GossipHeader | "kind">;

export class SelfReport {
	/** Whether the node takes no new work; its drainer sets it. */
	draining = false;
	/** Whether the node's machine may soon be taken away. */
	atRisk = false;
	readonly #parts: SelfReportParts;

	constructor(parts: SelfReportParts) {
		this.#parts = parts;
	}

	record(): NodeRecord {
		const { host, name } = this.#parts;
		return {
			...host.record(),
			name: name.current,
			...(name.wished !== name.current && { wishedName: name.wished }),
			...this.#concurrency(),
			draining: this.draining,
			...(this.atRisk && { atRisk: true }),
		};
	}

	/** What handlers say, as they were loaded last. */
	#concurrency(): Pick<NodeRecord, "concurrency"> {
		const { executor } = this.#parts;
		const said = [...executor.types].flatMap((type) => {
			const { concurrency } = executor.settingsOf(type);
			return concurrency === undefined ? [] : [[type, concurrency] as const];
		});
		return said.length === 0 ? {} : { concurrency: Object.fromEntries(said) };
	}

	digest(): DigestContent {
		const { host, gossip, store, runner, engines } = this.#parts;
		const memoryBytes = host.memoryBytes();
		return {
			freeSlots: this.draining ? 0 : runner.freeSlots,
			running: runner.running,
			load: host.load(),
			...(memoryBytes !== undefined && {
				memoryBytes: Math.round(memoryBytes / MIB) * MIB,
			}),
			storeUp: store.up && engines.every(({ renewer }) => !renewer.away),
			draining: this.draining,
			...(this.atRisk && { atRisk: true }),
			peers: gossip.connected().slice(0, DIGEST_PEERS_MAX).map(shortName),
		};
	}
}
