/**
 * Clients: they submit tasks to nodes drawn at random, one at a time or many in one
 * request, whether or not earlier ones have been answered; and record the answers. A
 * client that got no answer asks again elsewhere, with the same id, half of the time, as
 * a careful client would.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type Submitted, submit } from "../../protocol/client/submission.ts";
import type { TaskAsSubmitted } from "../../protocol/schema/submitted.ts";
import { nowMs } from "../bench/clock.ts";
import { clientOf } from "../client.ts";
import type { SeededRandom } from "./random.ts";
import { CHAOS_TYPE, type ChaosPayload } from "./work.ts";

/** The average time between requests. One in twelve brings many tasks. */
const REQUEST_MS = 50;
const MANY_SHARE = 1 / 12;
const MANY_MAX = 30;
const REQUESTS_MAX = 200;
const DURATION_MS = [10, 1_500] as const;
const FAILING_SHARE = 0.03;
const PRIORITIES = [0, 3, 5, 5, 5, 9, 255];

export interface Submission extends Submitted {
	readonly task: TaskAsSubmitted;
	readonly expected: "SUCCESS" | "FAILURE";
	readonly sentMs: number;
	readonly answeredMs: number;
}

export interface WorkloadParts {
	readonly urls: readonly string[];
	readonly random: SeededRandom;
	/** Path of the file to which task code writes its runs. */
	readonly effects: string;
	/** Begins every id: tells this run's tasks from others on the same cluster. */
	readonly idPrefix: string;
}

interface Draft {
	readonly task: TaskAsSubmitted;
	readonly expected: Submission["expected"];
}

export class Workload {
	readonly submissions: Submission[] = [];
	readonly #parts: WorkloadParts;
	readonly #requests = new Set<Promise<void>>();
	readonly #stop = new AbortController();
	#count = 0;

	constructor(parts: WorkloadParts) {
		this.#parts = parts;
	}

	/** Submits until it is stopped. */
	async run(): Promise<void> {
		const { random } = this.#parts;
		const { signal } = this.#stop;
		while (!signal.aborted) {
			if (this.#requests.size < REQUESTS_MAX) {
				const many = random.unit() < MANY_SHARE;
				const count = many ? Math.ceil(random.between(1, MANY_MAX)) : 1;
				this.#send(Array.from({ length: count }, () => this.#draw()));
			}
			// Requests come independently of each other: exponential gaps.
			const gapMs = -REQUEST_MS * Math.log(1 - random.unit());
			await delay(gapMs, undefined, { signal }).catch(() => undefined);
		}
	}

	/** Resolves when every request has an answer, or has been given up. */
	async stop(): Promise<void> {
		this.#stop.abort();
		while (this.#requests.size > 0) await Promise.all(this.#requests);
	}

	#draw(): Draft {
		const { random, effects, idPrefix } = this.#parts;
		this.#count += 1;
		const [min, max] = DURATION_MS;
		// Most are short, a few are long.
		const durationMs = Math.round(min + (max - min) * random.unit() ** 3);
		const fails = random.unit() < FAILING_SHARE;
		return {
			task: {
				id: `${idPrefix}${this.#count}`,
				priority: random.pick(PRIORITIES),
				type: CHAOS_TYPE,
				payload: { durationMs, fails, effects } satisfies ChaosPayload,
			},
			expected: fails ? "FAILURE" : "SUCCESS",
		};
	}

	#send(drafts: readonly Draft[]): void {
		const request = this.#submit(drafts).finally(() =>
			this.#requests.delete(request),
		);
		this.#requests.add(request);
	}

	async #submit(drafts: readonly Draft[]): Promise<void> {
		const { random, urls } = this.#parts;
		const sentMs = nowMs();
		const told = await submit(
			clientOf(random.pick(urls)),
			drafts.map(({ task }) => task),
		);
		const answeredMs = nowMs();
		for (const [i, draft] of drafts.entries()) {
			const answer = told[i] as Submitted;
			this.submissions.push({ ...draft, sentMs, answeredMs, ...answer });
		}
		const unsure = drafts.filter((_, i) => told[i]?.outcome === "unknown");
		const asksAgain = unsure.length > 0 && random.unit() < 1 / 2;
		if (asksAgain && !this.#stop.signal.aborted) this.#send(unsure);
	}
}
