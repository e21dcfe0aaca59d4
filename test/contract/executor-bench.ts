/**
 * How many no-op tasks a second go through one worker thread, with so many in
 * flight, and what share of a core the node's own thread spends on it:
 *
 *     node test/contract/executor-bench.ts [in flight, 100] [tasks, 200000]
 */
import { createExecutor } from "../../node/executor/executor.ts";
import { systemLog } from "../../node/log.ts";
import { systemClock } from "../../node/world.ts";
import { job } from "./executor-jobs.ts";

const inFlight = Number(process.argv[2] ?? 100);
const tasks = Number(process.argv[3] ?? 200_000);

const executor = await createExecutor({
	concurrency: inFlight,
	handlerFiles: [],
	processTaskMs: 0,
	threads: 1,
	clock: systemClock,
	log: systemLog("warn", {}),
});

let started = 0;
async function keepOneInFlight(count: number): Promise<void> {
	while (started < count) {
		started += 1;
		const outcome = await executor.run(job(`${started}`, { type: "noop" }));
		if (outcome.kind !== "success") throw new Error(outcome.kind);
	}
}

async function measure(count: number): Promise<string> {
	started = 0;
	const cpu = process.threadCpuUsage();
	const startMs = performance.now();
	await Promise.all(
		Array.from({ length: inFlight }, () => keepOneInFlight(count)),
	);
	const tookMs = performance.now() - startMs;
	const { user, system } = process.threadCpuUsage(cpu);
	const share = (user + system) / 10 / tookMs;
	return `${Math.round((count / tookMs) * 1_000)} tasks/s, node's thread ${share.toFixed()} %`;
}

await measure(tasks / 10); // The code is not yet compiled: not shown.
console.log(await measure(tasks));
await executor.stop();
