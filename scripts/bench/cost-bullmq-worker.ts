/** A worker process of BullMQ whose costs are watched. */
import { startNode } from "./children.ts";
import type { Ground } from "./contender.ts";
import { pidsOfChildren } from "./cost-process.ts";

const PROGRAM = "scripts/bench/bullmq-worker.ts";

export async function openBullmqWorker({
	redis,
}: Ground): Promise<AsyncDisposable & { readonly pid: number }> {
	const others = new Set(pidsOfChildren());
	const worker = startNode("BullMQ's worker", PROGRAM, [String(redis.port)]);
	const [pid = 0] = pidsOfChildren().filter((each) => !others.has(each));
	await worker.untilReady(async (said) => said.includes("ready"));
	return { pid, [Symbol.asyncDispose]: () => worker.stop() };
}
