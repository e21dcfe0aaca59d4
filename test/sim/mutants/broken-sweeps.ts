/** Sweeps that do not tell, or tell too much, of the routes that have work. */
import type { Pulse } from "../../../node/ports.ts";
import { TYPE } from "../scenario.ts";
import { type PulseRequest, TamperedShard } from "./tampered-shard.ts";

/** More than a node asks for in a second, where each question takes 40 ms. */
const MADE_UP = 2_500;

/** Does not tell which routes have work. */
export class SilentSweep extends TamperedShard {
	override async pulse(...request: PulseRequest): Promise<Pulse> {
		const pulse = await this.sound.pulse(...request);
		const nothing = { ready: [], unserved: [], again: [] };
		return pulse.ok
			? { ...pulse, routes: { ...pulse.routes, ...nothing } }
			: pulse;
	}
}

/** Does not tell which routes wait for somebody to serve them. */
export class SilentShelf extends TamperedShard {
	override async pulse(...request: PulseRequest): Promise<Pulse> {
		const pulse = await this.sound.pulse(...request);
		return pulse.ok
			? { ...pulse, routes: { ...pulse.routes, unserved: [] } }
			: pulse;
	}
}

/** Takes whatever is said for known: made-up routes stand in line with those that have work. */
export class GullibleSweep extends TamperedShard {
	#pulses = 0;

	override async pulse(...request: PulseRequest): Promise<Pulse> {
		const pulse = await this.sound.pulse(...request);
		this.#pulses += 1;
		const madeUp = Array.from(
			{ length: MADE_UP },
			(_, i) => `made-up-${this.#pulses}-${i}|${TYPE}|`,
		);
		if (!pulse.ok) return pulse;
		const ready = [...madeUp, ...pulse.routes.ready];
		return { ...pulse, routes: { ...pulse.routes, ready } };
	}
}
