/** The task code of the proof `spread`: it waits, or spins, for as long as it is told, or takes no time. */
import { setTimeout as pause } from "node:timers/promises";

export default {
	waits: ({ ms }: { ms: number }) => pause(ms),
	spins({ ms }: { ms: number }) {
		const endMs = performance.now() + ms;
		while (performance.now() < endMs);
	},
	short: () => null,
};
