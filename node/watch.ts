/**
 * Watch: the actors that look after leases, this node's and others', put together: who
 * asks the peers (inquirer), who stops in time (warden), who finds the dead (detector) and
 * the silent (seeker). Holds no rules of its own.
 */
import type { GossipMessage } from "../protocol/gossip.ts";
import { LEASE_TTL_MS } from "../protocol/limits.ts";
import type { PeerWord } from "../protocol/trust.ts";
import type { Crew } from "./crew.ts";
import { Detector } from "./detector.ts";
import type { Digester } from "./digester.ts";
import { Inquirer } from "./inquirer.ts";
import type { Clock, GoodPulse, Gossip, Log } from "./ports.ts";
import type { Roster } from "./roster.ts";
import { Seeker } from "./seeker.ts";
import { type HeldLease, Warden } from "./warden.ts";

export interface WatchParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly gossip: Gossip;
	readonly crews: readonly Crew[];
	readonly roster: Roster;
	readonly digester: Digester;
}

export class Watch {
	readonly #inquirer: Inquirer;
	readonly #warden: Warden;
	readonly #detector: Detector;
	readonly #seeker: Seeker;
	readonly #parts: WatchParts;

	constructor(parts: WatchParts) {
		const { clock, log, gossip, crews } = parts;
		this.#parts = parts;
		const connected = () => gossip.connected();
		const probe: Gossip["probe"] = (...of) => gossip.probe(...of);
		this.#inquirer = this.#makeInquirer();
		this.#warden = new Warden({
			...{ clock, log, leases: crews },
			gossips: () => this.#gossips,
			peers: () => this.#peers(),
			ask: () => this.#inquirer.ask(this.#gossiping()),
		});
		this.#detector = new Detector({
			...{ clock, log, ttlMs: LEASE_TTL_MS, crews, connected, probe },
			hasReached: (nodeId) => this.#inquirer.hasReached(nodeId),
			refresh: () => parts.roster.refresh(),
			seeing: (nodeId) => parts.roster.seeing(nodeId),
		});
		this.#seeker = new Seeker({
			...{ clock, log, probe },
			// With one more, the cluster may be too large to judge anybody's silence.
			gossiping: () =>
				this.#gossips && !parts.roster.unread ? this.#gossiping() : undefined,
			heardMs: (nodeId) => this.#inquirer.wordOf(nodeId).heardMs,
			askAbout: (nodeId, reached) => this.#inquirer.askAbout(nodeId, reached),
		});
	}

	stop(): void {
		this.#warden.stop();
		this.#detector.stop();
		this.#seeker.stop();
	}

	/** A crew's lease was renewed, opened or lost. */
	renewed(): void {
		this.#warden.renewed();
	}

	/** Whether tasks may run under the lease now. */
	trusts(lease: HeldLease): boolean {
		return this.#warden.trusts(lease);
	}

	/** Those that have run out are the reaper's. */
	pulsed(crew: Crew, { nowMs, overdue }: GoodPulse): void {
		this.#seeker.overdue(crew.shard.index, crew, nowMs, overdue);
	}

	heard(message: GossipMessage): void {
		this.#inquirer.heard(message.from);
		if (message.kind === "question") void this.#inquirer.questioned(message);
		if (message.kind === "answer") this.#inquirer.answered(message);
	}

	peerChanged(nodeId: string, connected: boolean): void {
		if (connected) this.#inquirer.met(nodeId);
		this.#detector.peerChanged(nodeId, connected);
	}

	suspects(nodeId: string): boolean {
		return this.#detector.suspects(nodeId);
	}

	/** The registry has been read. */
	registryRead(): void {
		this.#inquirer.keep(
			new Set(this.#parts.roster.others.map(({ record }) => record.nodeId)),
		);
	}

	get #gossips(): boolean {
		return this.#parts.gossip.address !== "";
	}

	#peers() {
		const { others, unread } = this.#parts.roster;
		const words = others.map(
			({ record: { nodeId, p2p } }): PeerWord => ({
				...this.#inquirer.wordOf(nodeId),
				gossips: p2p !== "",
			}),
		);
		return { words, unread };
	}

	#gossiping(): ReadonlySet<string> {
		if (!this.#gossips) return new Set();
		return new Set(
			this.#parts.roster.others
				.filter(({ record }) => record.p2p !== "")
				.map(({ record }) => record.nodeId),
		);
	}

	#makeInquirer(): Inquirer {
		const { clock, gossip, crews, roster, digester } = this.#parts;
		const find = (nodeId: string) =>
			roster.others.find(({ record }) => record.nodeId === nodeId);
		return new Inquirer({
			...{ self: gossip.nodeId, clock },
			voice: {
				ask: (about) =>
					digester.publish({
						kind: "question",
						...(about === undefined ? {} : { about }),
					}),
				answer: (answer) => digester.tell({ kind: "answer", ...answer }),
			},
			crews,
			connected: () => gossip.connected(),
			addressOf: (nodeId) => find(nodeId)?.record.p2p ?? "",
			probe: (...of) => gossip.probe(...of),
			refusalsLie: (nodeId) => {
				const peer = find(nodeId);
				if (peer === undefined) return false;
				const { startedMs } = peer.record;
				return this.#detector.refusalsLie(nodeId, {
					...{ startedMs, epoch: peer.epoch },
				});
			},
		});
	}
}
