/** Sides of a measure that are contenders: opened in a role, measured, and closed. */
import { bullmq } from "./bullmq.ts";
import type { Contender, Ground, Scheduler } from "./contender.ts";
import { hearsay } from "./hearsay.ts";
import type { Figures, Run, Sides } from "./measure.ts";

type Role = Parameters<Contender["open"]>[1];
type Take<Key extends string> = (
	scheduler: Scheduler,
	ground: Ground,
) => Promise<Figures<Key>>;

export function sideOf<Key extends string>(
	contender: Contender,
	role: Role,
	take: Take<Key>,
): Run<Key> {
	return async (ground) => {
		await using scheduler = await contender.open(ground, role);
		return await take(scheduler, ground);
	};
}

/** Hearsay and BullMQ, measured by the same code. */
export function both<Key extends string>(
	role: Role,
	take: Take<Key>,
): Sides<Key> {
	return {
		hearsay: sideOf(hearsay, role, take),
		bullmq: sideOf(bullmq, role, take),
	};
}
