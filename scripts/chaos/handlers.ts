/**
 * The task code of the chaos run. What it writes down is the record made outside of the
 * system: a line when a run starts and a line when it is over, each in one write to a
 * file that is only ever appended to. Lines of a process that is killed right after stay;
 * so everything that has started is known.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { nowMs } from "../bench/clock.ts";
import type { RunLine } from "./run-line.ts";
import { CHAOS_TYPE, type ChaosPayload } from "./work.ts";

interface Context {
	readonly id: string;
	readonly token: number;
	readonly attempt: number;
	readonly signal: AbortSignal;
}

export default {
	/** Takes its time, and returns the token of the run. */
	async [CHAOS_TYPE](
		payload: ChaosPayload,
		ctx: Context,
	): Promise<{ token: number }> {
		const file = openSync(payload.effects, "a");
		const write = (kind: RunLine["kind"]) => {
			const { id, token, attempt } = ctx;
			const { pid, ppid: parent } = process;
			const line: RunLine = {
				...{ kind, id, token, attempt, pid, parent },
				ms: nowMs(),
			};
			writeSync(file, `${JSON.stringify(line)}\n`);
		};
		write("start");
		try {
			await sleep(payload.durationMs, undefined, { signal: ctx.signal });
			write("end");
		} catch (error) {
			write("abort");
			throw error;
		} finally {
			closeSync(file);
		}
		if (payload.fails) {
			throw Object.assign(new Error("as asked"), { code: "as_asked" });
		}
		return { token: ctx.token };
	},
};
