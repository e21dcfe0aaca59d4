/**
 * The task code that is measured, for Hearsay's `--handlers` and for BullMQ's worker.
 * (The type `noop` is built into Hearsay.)
 */
import { existsSync } from "node:fs";
import { nowMs, sleep } from "./clock.ts";

const HOLD_LOOK_MS = 5;
/** The files that tasks wait for: one look serves all that wait for the same file. */
const gates = new Map<string, Promise<void>>();

async function gate(file: string): Promise<void> {
	while (!existsSync(file)) await sleep(HOLD_LOOK_MS);
}

export default {
	/** How long after it was sent the task started, in ms. */
	stamp({ sentMs }: { sentMs: number }): number {
		return nowMs() - sentMs;
	},
	/** Keeps its slot until the file exists. */
	hold({ file }: { file: string }): Promise<void> {
		const opening = gates.get(file) ?? gate(file);
		gates.set(file, opening);
		return opening;
	},
};
