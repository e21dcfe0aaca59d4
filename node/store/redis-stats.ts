/**
 * How work went, in a shard in Redis: the `ShardStats` port. `lua/stats/` says what a
 * step does.
 */
import assert from "node:assert/strict";
import { STATS_ADDED_MAX } from "../../protocol/limits.ts";
import { readSums, writeSums } from "../../protocol/work-sums.ts";
import type {
	ShardStats,
	StatsReply,
	StatsSpan,
	StatsStep,
	WorkSums,
} from "../ports.ts";
import type { ShardScripts } from "./shard-scripts.ts";

type Told = [atMs: number, ...fields: string[]];

export class RedisStats implements ShardStats {
	readonly #scripts: ShardScripts;

	constructor(scripts: ShardScripts) {
		this.#scripts = scripts;
	}

	async add(sums: readonly WorkSums[]): Promise<void> {
		const written = sums.map(writeSums);
		assert(written.flat().length <= STATS_ADDED_MAX);
		const args = sums.flatMap(({ queue, type }, i) => [
			`${queue} ${type}`,
			(written[i] ?? []).flat().join(" "),
		]);
		await this.#scripts.run("add", ...args);
	}

	async sums(span: StatsSpan, fromMs: number): Promise<StatsReply> {
		const reply = await this.#scripts.run("sums", span, fromMs);
		const [nowMs, next, ...told] = reply as [number, number, ...Told[]];
		const nextMs = next < 0 ? undefined : next;
		return { nowMs, nextMs, steps: told.map(decodeStep) };
	}
}

function decodeStep([atMs, ...flat]: Told): StatsStep {
	const fields = new Map<string, number>();
	for (let i = 0; i + 1 < flat.length; i += 2)
		fields.set(flat[i] as string, Number(flat[i + 1]));
	return { atMs, series: readSums(fields) };
}
