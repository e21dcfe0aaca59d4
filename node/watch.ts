/**
 * Watch: the actors that look after leases, this node's and others', put together: who
 * asks the peers (inquirer), who stops in time (warden), who finds the dead (detector) and
 * the silent (seeker). Holds no rules of its own.
 */
import type { GossipMessage } from "../protocol/gossip.ts";
import { LEASE_TTL_MS } from "../protocol/limits.ts";
import type { Crew } from "./crew.ts";
import { Detector } from "./detector.ts";
import type { Digester } from "./digester.ts";
import { Inquirer } from "./inquirer.ts";
import type { Clock, GoodPulse, Gossip, Log } from "./ports.ts";
import { Refusals } from "./refusals.ts";
import type { Roster } from "./roster.ts";
import { Seeker } from "./seeker.ts";
import { type HeldLease, Warden } from "./warden.ts";
import { Witnesses } from "./witnesses.ts";

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
		const { clock, log, gossip, crews, roster, digester } = parts;
		this.#parts = parts;
		const refusals = new Refusals();
		this.#inquirer = new Inquirer({
			...{ self: gossip.nodeId, clock, gossip, crews, roster, refusals },
			voice: digester,
		});
		const inquirer = this.#inquirer;
		const witnesses = new Witnesses({ gossip, roster, inquirer });
		this.#warden = new Warden({ clock, log, leases: crews, witnesses });
		this.#detector = new Detector({
			...{ clock, log, ttlMs: LEASE_TTL_MS, crews, gossip },
			...{ inquirer, roster, refusals },
		});
		this.#seeker = new Seeker({ clock, log, gossip, witnesses, inquirer });
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
}
