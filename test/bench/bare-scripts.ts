/**
 * The ceiling of Hearsay's throughput: the store's own scripts, driven by a loop
 * in one process.
 *
 *   bare-scripts.ts REDIS_URL apart|together TASKS PRIORITIES
 *
 * `apart` submits first and then claims and completes; `together` does both at
 * once. Prints the tasks a second as JSON: of both parts, or of the whole.
 *
 * It asks of Redis what a node does, in the node's own portions: two claims under
 * way, each sent in one piece with the ends of the one before it. Smaller portions
 * would make a lower ceiling, larger ones a higher one that no node with so many
 * slots can reach.
 */
import { systemClock } from "../../node/world/clock.ts";
import { nowMs } from "../../scripts/bench/clock.ts";
import { rateSince, warmUp } from "../../scripts/bench/rates.ts";
import type { BareRates } from "../../scripts/bench/throughput.ts";
import { BareShard, CLAIM_BATCH } from "./bare-shard.ts";

/** Claims and completes until `count` have ended. */
async function drain(shard: BareShard, count: number): Promise<void> {
	let left = count;
	const half = async () => {
		let completing = Promise.resolve();
		while (left > 0) {
			const limit = Math.min(CLAIM_BATCH, left);
			left -= limit;
			const claiming = shard.claim(limit);
			await completing;
			const tasks = await claiming;
			left += limit - tasks.length;
			// A turn of its own for each: what goes out in one piece is answered in one.
			await new Promise<void>((resolve) => systemClock.soon(resolve));
			completing = shard.complete(tasks);
		}
		await completing;
	};
	await Promise.all([half(), half()]);
}

async function apart(
	shard: BareShard,
	count: number,
	priorities: number,
): Promise<BareRates> {
	await shard.submit(count, priorities);
	const submitMs = nowMs();
	await shard.submit(count, priorities);
	const submitting = rateSince(submitMs, count);
	await drain(shard, count);
	const drainMs = nowMs();
	await drain(shard, count);
	return { submitting, processing: rateSince(drainMs, count) };
}

async function together(
	shard: BareShard,
	count: number,
	priorities: number,
): Promise<number> {
	const both = (count: number) =>
		Promise.all([shard.submit(count, priorities), drain(shard, count)]);
	await both(warmUp(count));
	const startMs = nowMs();
	await both(count);
	return rateSince(startMs, count);
}

const [url = "", how, ...numbers] = process.argv.slice(2);
const [tasks = 0, priorities = 1] = numbers.map(Number);
await using shard = await BareShard.open(url);
const run = how === "apart" ? apart : together;
console.log(JSON.stringify(await run(shard, tasks, priorities)));
