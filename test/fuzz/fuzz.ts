/**
 * The fuzz: so many requests that nobody should send, drawn from a seed, some at a time.
 * Each is drawn by its own number, so that it is the same whatever came before.
 */

import { READ_PATIENCE_MS } from "../../protocol/limits.ts";
import type { Described } from "../contract/http-described.ts";
import { Draws } from "./draws.ts";
import { flawOf } from "./judge.ts";
import { type Drawn, drawRequest } from "./requests.ts";
import { exchange } from "./wire.ts";

const AT_ONCE = 8;
/** Who lists waits for its turn, and then for the list: on a busy machine both take their time. */
const ANSWER_MS_MAX = READ_PATIENCE_MS + 10_000;
/** A request that may wait is not waited for. */
const WAIT_MS_MAX = 1_000;
const SHOWN_BYTES = 2_000;
/** No token, one that never was, and headers that are none. */
const NO_TOKENS: readonly string[] = [
	...["Bearer hs_read_00000000000000000000000000000000", "Bearer ", "bearer x"],
	...[
		"Basic YTpi",
		"Bearer \u00ff",
		"Bearer a b",
		`Bearer ${"x".repeat(5_000)}`,
	],
];

export interface FuzzPlan {
	readonly port: number;
	readonly seed: number;
	readonly times: number;
	/** The first number; a flaw's, to see it alone. */
	readonly from?: number;
	/** Headers with tokens that count, besides those that do not. */
	readonly tokens?: readonly string[];
	readonly described: Described;
	/** After so many, told how many. */
	readonly each?: (done: number) => Promise<void>;
}

export interface Flaw {
	readonly number: number;
	readonly what: string;
	readonly request: string;
}

export interface FuzzResult {
	/** By status; `closed` and `silent`, too. */
	readonly outcomes: Readonly<Record<string, number>>;
	readonly flaws: readonly Flaw[];
}

/** Ends early once there is enough to see what is wrong. */
const FLAWS_MAX = 20;
const EACH = 500;

function drawnAt(seed: number, number: number, tokens = NO_TOKENS): Drawn {
	return drawRequest(new Draws(seed * 1_000_003 + number), tokens);
}

export async function fuzz(plan: FuzzPlan): Promise<FuzzResult> {
	const { port, seed, times, from = 0, described, each } = plan;
	const tokens = [
		...NO_TOKENS,
		...Array(6)
			.fill(plan.tokens ?? [])
			.flat(),
	];
	const outcomes: Record<string, number> = {};
	const flaws: Flaw[] = [];
	const send = async (number: number) => {
		const drawn = drawnAt(seed, number, tokens);
		const msMax = drawn.waits ? WAIT_MS_MAX : ANSWER_MS_MAX;
		const outcome = await exchange(port, drawn.bytes, drawn.isBroken, msMax);
		const key =
			outcome.kind === "answered" ? `${outcome.answer.status}` : outcome.kind;
		outcomes[key] = (outcomes[key] ?? 0) + 1;
		const what = flawOf(drawn, outcome, described);
		if (what === undefined) return;
		const shown = drawn.bytes.subarray(0, SHOWN_BYTES).toString("latin1");
		flaws.push({ number, what, request: JSON.stringify(shown) });
	};
	for (let done = 0; done < times && flaws.length < FLAWS_MAX; done += EACH) {
		const last = Math.min(times, done + EACH);
		let next = done;
		const work = async () => {
			while (next < last && flaws.length < FLAWS_MAX) await send(from + next++);
		};
		await Promise.all(Array.from({ length: AT_ONCE }, work));
		await each?.(last);
	}
	return { outcomes, flaws };
}
