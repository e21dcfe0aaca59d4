/** How a node that starts meets its store, which may be away. */
import { STORE_EMPTY_MS, STORE_START_MS } from "../protocol/limits.ts";
import type { Stopper } from "./engine/closing.ts";
import { agree } from "./lease/agreement.ts";
import { ConfigError } from "./options.ts";
import { type Log, StoreMismatch } from "./ports.ts";
import type { RedisStore } from "./store/redis-store.ts";
import { systemClock } from "./world/clock.ts";

interface Meeting {
	readonly store: RedisStore;
	readonly log: Log;
}

/**
 * Waits for the store to be there, makes sure that it is this cluster's, and
 * starts scheduling. A store that is away does not keep the node from starting: after a moment
 * this goes on in the background, unless the node stops.
 */
export async function meetStore(
	{ store, log }: Meeting,
	start: () => Promise<void>,
	node: Pick<Stopper, "stop" | "isStopping">,
): Promise<void> {
	let told: string | undefined;
	let toldAway = false;
	store.onChange((up) => {
		const { trouble } = store;
		if (up) {
			if (toldAway && trouble === undefined)
				log.info({}, "the store can be used now");
			toldAway = false;
			// What a Redis that is there refuses was told; it may end one connection after the other.
			told = trouble;
		} else if (trouble !== told) {
			log.warn({ trouble }, "the store cannot be used; trying until it can");
			toldAway = true;
		}
	});
	const met = agree({ store, clock: systemClock, log, node }).then(
		async (agreed) => {
			if (agreed) await start();
			return "met" as const;
		},
		(error: Error) => {
			throw error instanceof StoreMismatch
				? new ConfigError(error.message, error)
				: error;
		},
	);
	const lateIn = (ms: number) =>
		new Promise<"late">((resolve) =>
			systemClock.after(ms, () => resolve("late")),
		);
	if ((await Promise.race([met, lateIn(STORE_START_MS)])) === "met") return;
	// One that is there may be empty, and is watched for a while.
	const watched = lateIn(store.up ? STORE_EMPTY_MS : 0);
	if ((await Promise.race([met, watched])) === "met") return;
	log.warn(
		{ trouble: store.trouble },
		"the store cannot be used yet; trying until it can",
	);
	toldAway = !store.up;
	met.catch((error: Error) => node.stop(error));
}
