/**
 * How leases were taken in one shard of the store's twin; for each node, the newest
 * first.
 */
import type { Death } from "../../node/ports.ts";
import { parseSession, type SessionName } from "../../protocol/lease.ts";
import { DEATH_SIGHTINGS_MAX, DEATHS_KEPT_MAX } from "../../protocol/limits.ts";
import type { Sighting } from "../../protocol/loss.ts";

export class DeathBook {
	readonly #deaths = new Map<string, readonly Death[]>();
	/** Also those that the store keeps no longer. */
	readonly #ever = new Map<string, readonly Death[]>();

	load(other: DeathBook): void {
		for (const [nodeId, deaths] of other.#deaths)
			this.#deaths.set(nodeId, deaths);
		for (const [nodeId, deaths] of other.#ever) this.#ever.set(nodeId, deaths);
	}

	note(session: SessionName, how: Omit<Death, "epoch">): void {
		const { nodeId, epoch } = parseSession(session);
		const death = { epoch, ...how };
		const deaths = [death, ...this.of(nodeId)];
		this.#deaths.set(nodeId, deaths.slice(0, DEATHS_KEPT_MAX));
		this.#ever.set(nodeId, [death, ...this.everOf(nodeId)]);
	}

	/**
	 * What a node saw that came too late to take the lease, its own sighting first: it
	 * replaces what was said in its name.
	 */
	add(session: SessionName, by: string, saw: readonly Sighting[]): void {
		const { nodeId, epoch } = parseSession(session);
		const [own] = saw;
		if (own === undefined) return;
		const deaths = this.of(nodeId).map((death) => {
			if (death.epoch !== epoch || death.by === by) return death;
			const at = death.saw.findIndex((each) => each.nodeId === by);
			const all = [...death.saw];
			all[at < 0 ? all.length : at] = own;
			return all.length > DEATH_SIGHTINGS_MAX ? death : { ...death, saw: all };
		});
		if (deaths.length > 0) this.#deaths.set(nodeId, deaths);
	}

	of(nodeId: string): readonly Death[] {
		return this.#deaths.get(nodeId) ?? [];
	}

	/**
	 * All that were noted, and not lost with the store's last writes: for an observer, who may have
	 * been told of those that the store keeps no longer. Without what was added later.
	 */
	everOf(nodeId: string): readonly Death[] {
		return this.#ever.get(nodeId) ?? [];
	}

	/** On what grounds a session was taken, and by whom. A session that said goodbye took its own. */
	ofSession(session: SessionName): { grounds: string; by: string } {
		const { nodeId, epoch } = parseSession(session);
		const death = this.of(nodeId).find((each) => each.epoch === epoch);
		return death ?? { grounds: "goodbye", by: nodeId };
	}

	forget(nodeId: string): void {
		this.#deaths.delete(nodeId);
	}
}
