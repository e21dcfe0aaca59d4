/**
 * Figures: how many tasks wait and run, and how many have ended, now and in steps over time, from looks at all
 * shards and the samples that they keep. A step of which any shard has no sample is not known.
 */
import {
	LIVE_STEP_LATE_MS,
	LIVE_STEP_MS,
	LIVE_STEPS,
} from "../../protocol/limits.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import type { LiveLook, LiveSample } from "../ports.ts";

type Series = NonNullable<LiveFrame["series"]>;
type Listed = keyof Omit<Series, "stepMs" | "untilMs">;

/** Figures of all shards together. */
type Step = Pick<
	LiveSample,
	"pending" | "started" | "slots" | "ended" | "failed" | "oldestMs"
>;

const SPAN_MS = LIVE_STEP_MS * LIVE_STEPS;

export class Figures {
	pending = 0;
	started = 0;
	/** Tasks that ended within all steps, and are FAILURE. */
	failed = 0;
	/** Tasks that have ever ended. */
	#ended = 0;
	/** The samples of each shard, by the end of their step. */
	readonly #samples: Map<number, LiveSample>[];
	/** Steps up to this time have been told. */
	#toldMs = 0;

	constructor(shards: number) {
		this.#samples = Array.from({ length: shards }, () => new Map());
	}

	/** Samples of steps after this time are needed. Those of the last steps may come late, or change. */
	get afterMs(): number {
		const newest = this.#samples.map((each) => Math.max(0, ...each.keys()));
		return Math.max(0, Math.min(...newest) - 2 * LIVE_STEP_MS);
	}

	/** The answers of all shards, in their order. */
	looked(looks: readonly LiveLook[]): void {
		const sum = (of: (look: LiveLook) => number) =>
			looks.reduce((total, look) => total + of(look), 0);
		this.pending = sum(({ pending }) => pending);
		this.started = sum(({ started }) => started);
		this.failed = sum(({ failed }) => failed);
		this.#ended = sum(({ ended }) => ended);
		for (const [shard, { samples, nowMs }] of looks.entries()) {
			const known = this.#samples[shard];
			for (const sample of samples) known?.set(sample.atMs, sample);
			for (const atMs of known?.keys() ?? [])
				if (atMs <= nowMs - SPAN_MS - 2 * LIVE_STEP_MS) known?.delete(atMs);
		}
	}

	/** About how many tasks have ended since then, as if at an even pace between two samples. */
	endedSince(sinceMs: number): number {
		const before = Math.floor(sinceMs / LIVE_STEP_MS) * LIVE_STEP_MS;
		const [a, b] = [this.#at(before), this.#at(before + LIVE_STEP_MS)];
		if (a !== undefined) {
			const next = b?.ended ?? a.ended;
			const share = (sinceMs - before) / LIVE_STEP_MS;
			return this.#less(a.ended + (next - a.ended) * share);
		}
		const oldest = this.#steps.find((atMs) => atMs >= sinceMs);
		const sample = oldest === undefined ? undefined : this.#at(oldest);
		return sample === undefined ? 0 : this.#less(sample.ended);
	}

	/** All steps up to those that `news` has told. */
	get series(): Series {
		return this.#told(this.#toldMs - SPAN_MS);
	}

	/** The steps that have come since the last call; undefined if none has. */
	news(nowMs: number): Series | undefined {
		const untilMs = this.#untilMs(nowMs);
		if (untilMs <= this.#toldMs) return undefined;
		const sinceMs = Math.max(this.#toldMs, untilMs - SPAN_MS);
		this.#toldMs = untilMs;
		return this.#told(sinceMs);
	}

	/** The steps after this time that have been told. */
	#told(sinceMs: number): Series {
		const lists: Record<Listed, (number | null)[]> = {
			...{ pending: [], started: [], slots: [] },
			...{ ended: [], failed: [], oldestMs: [] },
		};
		for (
			let at = sinceMs + LIVE_STEP_MS;
			at <= this.#toldMs;
			at += LIVE_STEP_MS
		) {
			const [step, before] = [this.#at(at), this.#at(at - LIVE_STEP_MS)];
			lists.pending.push(step?.pending ?? null);
			lists.started.push(step?.started ?? null);
			lists.slots.push(step?.slots ?? null);
			lists.failed.push(step?.failed ?? null);
			lists.ended.push(
				step && before ? Math.max(0, step.ended - before.ended) : null,
			);
			lists.oldestMs.push(waitAt(at, step?.oldestMs));
		}
		return { stepMs: LIVE_STEP_MS, untilMs: this.#toldMs, ...lists };
	}

	/** The end of the newest step that can be told: all shards have it, or it is too late for those that lack it. */
	#untilMs(nowMs: number): number {
		const late = nowMs - LIVE_STEP_LATE_MS;
		const sure = Math.floor(late / LIVE_STEP_MS) * LIVE_STEP_MS;
		const next = sure + LIVE_STEP_MS;
		// A node may still report since when the oldest task waits.
		return this.#at(next)?.oldestMs === undefined ? sure : next;
	}

	get #steps(): number[] {
		return [...(this.#samples[0]?.keys() ?? [])].sort((a, b) => a - b);
	}

	#at(atMs: number): Step | undefined {
		const all = this.#samples.map((each) => each.get(atMs));
		const first = all[0];
		if (first === undefined || all.includes(undefined)) return undefined;
		const sum = (of: (sample: LiveSample) => number) =>
			all.reduce((total, each) => total + (each ? of(each) : 0), 0);
		return {
			pending: sum(({ pending }) => pending),
			started: sum(({ started }) => started),
			ended: sum(({ ended }) => ended),
			failed: sum(({ failed }) => failed),
			...{ slots: first.slots, oldestMs: first.oldestMs },
		};
	}

	/** How many more have ended than then; not below 0, as a store that has lost writes counts fewer. */
	#less(then: number): number {
		return Math.max(0, Math.round(this.#ended - then));
	}
}

function waitAt(atMs: number, sinceMs: number | undefined): number | null {
	if (sinceMs === undefined) return null;
	return sinceMs === 0 ? 0 : Math.max(0, atMs - sinceMs);
}
