/**
 * Sweeps that say nothing, or too much, about the routes that have work.
 */
import type { RoutesTold, Shard } from "../../../node/ports.ts";
import { TYPE } from "../scenario.ts";
import { tamperWith } from "./tampered-shard.ts";

/** The number of made-up routes: more than a node asks for in a second if each question takes 40 ms. */
const MADE_UP = 2_500;

/** A shard whose pulses name the routes that `told` makes of the true ones. */
function tellingRoutes(
	sound: Shard,
	told: (routes: RoutesTold) => RoutesTold,
): Shard {
	return tamperWith(sound, {
		sessions: {
			async pulse(...request) {
				const pulse = await sound.sessions.pulse(...request);
				return pulse.ok ? { ...pulse, routes: told(pulse.routes) } : pulse;
			},
		},
	});
}

/** Does not say which routes have work. */
export function silentSweep(sound: Shard): Shard {
	const nothing = { ready: [], unserved: [], again: [] };
	return tellingRoutes(sound, (routes) => ({ ...routes, ...nothing }));
}

/** Does not say which routes wait for somebody to serve them. */
export function silentShelf(sound: Shard): Shard {
	return tellingRoutes(sound, (routes) => ({ ...routes, unserved: [] }));
}

/** Believes everything that is said: made-up routes stand in line with those that have work. */
export function gullibleSweep(sound: Shard): Shard {
	let pulses = 0;
	return tellingRoutes(sound, (routes) => {
		pulses += 1;
		const madeUp = Array.from(
			{ length: MADE_UP },
			(_, i) => `made-up-${pulses}-${i}|${TYPE}|`,
		);
		return { ...routes, ready: [...madeUp, ...routes.ready] };
	});
}
