/** Task code that misbehaves, for nodes under stress. */
import { writeFileSync } from "node:fs";
import { nowMs } from "./clock.ts";

export default {
	/** Computes for so long without a break, and says first that it has begun. */
	spin({ ms, file }: { ms: number; file: string }): null {
		writeFileSync(file, "");
		const endMs = nowMs() + ms;
		while (nowMs() < endMs);
		return null;
	},
};
