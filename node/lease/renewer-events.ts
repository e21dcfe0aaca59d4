/**
 * The events that the renewer of a shard reports to the shard's engine as they happen: see
 * `renewer.ts`. The engine may call the renewer back at once.
 */
import type { SessionName } from "../../protocol/lease.ts";
import type { GoodPulse } from "../ports.ts";

export interface RenewerEvents {
	/** A session of a node of this name is open, or back. `previous`, an earlier one, has tasks to put back. */
	opened(previous: SessionName | undefined, name: string): void;
	/** The time of the last renewal, `renewedMs`, has changed. */
	renewed(): void;
	pulsed(pulse: GoodPulse): void;
	/** The session is over: everything that it ran has been taken over. */
	revoked(): void;
	/** Another program runs under this node's identity; or the cluster was made anew, with so many shards. */
	superseded(shards?: number): void;
}
