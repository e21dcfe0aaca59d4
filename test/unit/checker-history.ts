/** A history in which all promises hold, and the pieces that others are made of. */
import { judge, type Terms } from "../checker/checker.ts";
import type { HistoryEvent } from "../checker/history.ts";
import type { ReadEvent } from "../checker/readings.ts";

export const TERMS: Terms = {
	drainMs: 10_000,
	stopMs: { paused: 100, "cut-off": 200, gone: 0 },
};

/** One task, submitted at 0, claimed twice: lost with its first node, done by the second. */
export function soundHistory(): HistoryEvent[] {
	return [
		...submitted("a", 0, "ok"),
		{ kind: "start", atMs: 5, id: "a", token: 1, node: "one" },
		{ kind: "stop", atMs: 50, id: "a", token: 1, node: "one" },
		{ kind: "start", atMs: 60, id: "a", token: 2, node: "two" },
		{ kind: "effect", atMs: 90, id: "a", token: 2, node: "two" },
		{ kind: "stop", atMs: 90, id: "a", token: 2, node: "two" },
		{ kind: "healed", atMs: 80 },
		read({ atMs: 200 }),
		read({ atMs: 900 }),
	];
}

export function submitted(
	id: string,
	atMs: number,
	outcome: "ok" | "refused" | "unknown",
	priority = 5,
): HistoryEvent[] {
	return [
		{ kind: "submit", atMs, id, route: "default|work|", priority },
		{ kind: "submitted", atMs: atMs + 1, id, outcome },
	];
}

export function read(change: Partial<ReadEvent> = {}): ReadEvent {
	return {
		...{ kind: "read", atMs: 200, id: "a", state: "SUCCESS", resultToken: 2 },
		attempts: [
			{ token: 1, node: "one", end: "lease-lost" },
			{ token: 2, node: "two", end: "success" },
		],
		...change,
	};
}

export function breaches(
	events: readonly HistoryEvent[],
	terms: Partial<Terms> = {},
): string[] {
	return judge(events, { ...TERMS, ...terms }).breaches.map(
		({ promise, what }) => `${promise}: ${what}`,
	);
}
