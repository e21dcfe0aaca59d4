/** How work went, in one shard of the store's twin. */
import type {
	ShardStats,
	StatsReply,
	StatsSpan,
	WorkSums,
} from "../../node/ports.ts";
import {
	STATS_DAY_STEP_MS,
	STATS_DAY_STEPS,
	STATS_FIELDS_MAX,
	STATS_HOUR_STEP_MS,
	STATS_HOUR_STEPS,
	STATS_READ_FIELDS,
} from "../../protocol/limits.ts";
import { readSums, writeSums } from "../../protocol/work-sums.ts";
import type { MemoryShardParts } from "./shard-contents.ts";

interface Step {
	readonly atMs: number;
	/** By "queue type name". */
	readonly amounts: Map<string, number>;
}

const SPANS = {
	hour: { stepMs: STATS_HOUR_STEP_MS, steps: STATS_HOUR_STEPS },
	day: { stepMs: STATS_DAY_STEP_MS, steps: STATS_DAY_STEPS },
} as const;
const SPAN_NAMES = ["hour", "day"] as const;

/** By span and place in it. */
export class Steps {
	readonly #steps = new Map<string, Step>();

	copy(): Steps {
		const copy = new Steps();
		for (const [place, { atMs, amounts }] of this.#steps)
			copy.#steps.set(place, { atMs, amounts: new Map(amounts) });
		return copy;
	}

	/** The one that begins then, if it has begun. */
	find(span: StatsSpan, atMs: number): Step | undefined {
		const step = this.#steps.get(placeOf(span, atMs));
		return step?.atMs === atMs ? step : undefined;
	}

	begin(span: StatsSpan, atMs: number): Step {
		const step = { atMs, amounts: new Map() };
		this.#steps.set(placeOf(span, atMs), step);
		return step;
	}
}

function placeOf(span: StatsSpan, atMs: number): string {
	const { stepMs, steps } = SPANS[span];
	return `${span} ${(atMs / stepMs) % steps}`;
}

export class MemoryStats implements ShardStats {
	readonly #parts: MemoryShardParts;

	constructor(parts: MemoryShardParts) {
		this.#parts = parts;
	}

	async add(sums: readonly WorkSums[]): Promise<void> {
		const nowMs = this.#parts.nowMs();
		const { steps } = this.#parts.contents;
		for (const span of SPAN_NAMES) {
			const atMs = nowMs - (nowMs % SPANS[span].stepMs);
			const step = steps.find(span, atMs) ?? steps.begin(span, atMs);
			const { amounts } = step;
			// In Redis the moment at which it began is one, too.
			const isFull = amounts.size + 1 > STATS_FIELDS_MAX;
			for (const each of sums) {
				const own = `${each.queue} ${each.type}`;
				const isNew = isFull && !amounts.has(`${own} e`);
				const series = isNew ? "other other" : own;
				for (const [name, amount] of writeSums(each)) {
					const field = `${series} ${name}`;
					amounts.set(field, (amounts.get(field) ?? 0) + amount);
				}
			}
		}
	}

	async sums(span: StatsSpan, fromMs: number): Promise<StatsReply> {
		const nowMs = this.#parts.nowMs();
		const { stepMs, steps } = SPANS[span];
		const newestMs = nowMs - (nowMs % stepMs);
		const told: Step[] = [];
		let atMs = Math.max(fromMs, newestMs - (steps - 1) * stepMs);
		let fields = 0;
		for (; atMs <= newestMs && fields < STATS_READ_FIELDS; atMs += stepMs) {
			const step = this.#parts.contents.steps.find(span, atMs);
			if (step === undefined) continue;
			fields += step.amounts.size + 1;
			told.push(step);
		}
		return {
			...{ nowMs, nextMs: atMs <= newestMs ? atMs : undefined },
			steps: told.map(({ atMs, amounts }) => ({
				...{ atMs, series: readSums(amounts) },
			})),
		};
	}
}
