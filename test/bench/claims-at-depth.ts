/**
 * What a claim costs Redis while so many tasks wait: the store's own scripts, on
 * one shard with one route, in portions as a node asks for them.
 *
 *   claims-at-depth.ts REDIS_PORT DEPTH …
 *
 * Depths rise. Prints the microseconds a claimed task for each depth, as JSON.
 */
import assert from "node:assert/strict";
import type { ClaimedTask } from "../../protocol/task.ts";
import { claimCosts } from "../../scripts/bench/claims.ts";
import { inPieces } from "../../scripts/bench/pieces.ts";
import { BareShard, CLAIM_BATCH } from "./bare-shard.ts";

const [port = 0, ...depths] = process.argv.slice(2).map(Number);
await using shard = await BareShard.open(`redis://127.0.0.1:${port}`);
const claimant = {
	submit: (count: number) => shard.submit(count),
	async claim(count: number) {
		const tasks: ClaimedTask[] = [];
		await inPieces(count, CLAIM_BATCH, 1, async (_from, length) => {
			const claimed = await shard.claim(length);
			assert(claimed.length === length, "so many tasks wait");
			tasks.push(...claimed);
		});
		return tasks;
	},
	complete: (tasks: readonly ClaimedTask[]) =>
		inPieces(tasks.length, CLAIM_BATCH, 1, (from, length) =>
			shard.complete(tasks.slice(from, from + length)),
		),
};
console.log(JSON.stringify(await claimCosts(claimant, port, depths)));
