/**
 * Watch: the actors that look after leases, this node's and others', wired together: who
 * asks the peers (inquirer), who stops in time (warden), who finds the dead (detector)
 * and the silent (seeker). Holds no rules of its own.
 */
import type { GossipMessage } from "../../protocol/gossip.ts";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import type { Sighting } from "../../protocol/loss.ts";
import { type HeldLease, Warden } from "../lease/warden.ts";
import { Detector } from "../peers/detector.ts";
import type { Digester } from "../peers/digester.ts";
import { Inquest } from "../peers/inquest.ts";
import { Inquirer } from "../peers/inquirer.ts";
import { Refusals } from "../peers/refusals.ts";
import type { Roster } from "../peers/roster.ts";
import { Seeker } from "../peers/seeker.ts";
import { TakenLeases } from "../peers/taken-leases.ts";
import { Witnesses } from "../peers/witnesses.ts";
import type { Clock, GoodPulse, Gossip, Log, RevokeGrounds } from "../ports.ts";
import type { ShardEngine } from "./shard-engine.ts";

export interface WatchParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly gossip: Gossip;
	readonly engines: readonly ShardEngine[];
	readonly roster: Roster;
	readonly digester: Digester;
}

export class Watch {
	readonly #inquirer: Inquirer;
	readonly #warden: Warden;
	readonly #detector: Detector;
	readonly #seeker: Seeker;
	readonly #inquest: Inquest;
	readonly #taken: TakenLeases;
	readonly #parts: WatchParts;

	constructor(parts: WatchParts) {
		const { clock, log, gossip, engines, roster, digester } = parts;
		this.#parts = parts;
		const refusals = new Refusals();
		this.#taken = new TakenLeases(clock);
		this.#inquirer = new Inquirer({
			...{ self: gossip.nodeId, clock, gossip, engines, roster, refusals },
			voice: digester,
		});
		const inquirer = this.#inquirer;
		const { nodeId: self } = gossip;
		this.#inquest = new Inquest({ self, gossip, roster, inquirer });
		const witnesses = new Witnesses({ gossip, roster, inquirer });
		this.#warden = new Warden({ clock, log, leases: engines, witnesses });
		this.#detector = new Detector({
			...{ clock, log, ttlMs: LEASE_TTL_MS, engines, gossip },
			...{ inquirer, roster, refusals },
		});
		this.#seeker = new Seeker({ clock, log, gossip, witnesses, inquirer });
	}

	stop(): void {
		this.#warden.stop();
		this.#detector.stop();
		this.#seeker.stop();
	}

	/** An engine's lease was renewed, opened or lost. */
	renewed(): void {
		this.#warden.renewed();
	}

	/** Whether tasks may run under the lease now. */
	trusts(lease: HeldLease): boolean {
		return this.#warden.trusts(lease);
	}

	/** What is known to have been seen of a node whose lease is about to be taken. */
	sightingsOf(nodeId: string, grounds: RevokeGrounds): Sighting[] {
		return this.#inquest.sightingsOf(nodeId, grounds);
	}

	/** A lease of the node is about to be taken. */
	takes(nodeId: string): void {
		this.#taken.takes(nodeId);
	}

	/** Leases that have expired are the reaper's. */
	pulsed(engine: ShardEngine, { nowMs, overdue }: GoodPulse): void {
		this.#seeker.overdue(engine.shard.index, engine, nowMs, overdue);
	}

	heard(message: GossipMessage): void {
		this.#inquirer.heard(message.from);
		if (message.kind === "question" && !this.#taken.of(message.from))
			void this.#inquirer.questioned(message);
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
