/**
 * The task code that is measured, for Hearsay's `--handlers` and for BullMQ's
 * worker. (The type `noop` is built into Hearsay.)
 */
import { nowMs } from "./clock.ts";

export default {
	/** How long after its sending it started, ms. */
	stamp({ sentMs }: { sentMs: number }): number {
		return nowMs() - sentMs;
	},
};
