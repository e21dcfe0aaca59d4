/**
 * A node whose machine may soon be taken away takes new work last: nothing that has just
 * been submitted starts there while another node that serves it has been idle
 * for so long that all know it. It holds once the others know, and as long as nothing else
 * goes wrong.
 */
import type { Route } from "../../protocol/route.ts";
import type { History } from "./history.ts";
import type { StartEvent } from "./task-history.ts";

/** The time after which the others know that it is at risk, and all know which nodes are idle. */
const KNOWN_MS = 5_000;

export interface LastTurnTerms {
	/** Nodes that gossip and serve the route. */
	able(route: Route): readonly string[];
	/** The time after which a waiting task is anybody's. */
	readonly leftOverMs: number;
}

export function judgeLastTurns(
	{ tasks, atRisk }: History,
	{ able, leftOverMs }: LastTurnTerms,
): string[] {
	const riskMs = new Map<string, number>();
	for (const { node, atMs } of atRisk)
		riskMs.set(node, Math.min(atMs, riskMs.get(node) ?? atMs));
	const runs = [...tasks.values()].flatMap(({ starts, stops }) =>
		starts.map((start) => ({ start, stopMs: stopOf(start, stops) })),
	);
	const idle = (node: string, fromMs: number, untilMs: number) =>
		!runs.some(
			({ start, stopMs }) =>
				start.node === node && start.atMs <= untilMs && stopMs >= fromMs,
		);
	return [...tasks.values()].flatMap(({ id, submits, starts }) => {
		const [submit, start] = [submits[0], starts[0]];
		if (submit === undefined || start === undefined) return [];
		const { node, atMs } = start;
		const sinceMs = riskMs.get(node) ?? Infinity;
		const waitedMs = atMs - submit.atMs;
		if (atMs < sinceMs + KNOWN_MS || waitedMs >= leftOverMs) return [];
		const others = able(submit.route);
		// A node that hears nothing cannot know whose turn it is.
		if (!others.includes(node)) return [];
		const other = others.find(
			(each) => !riskMs.has(each) && idle(each, atMs - KNOWN_MS, atMs),
		);
		return other === undefined
			? []
			: `${id} started on ${node}, at risk since ${sinceMs} ms, ${waitedMs} ms after it was submitted, while ${other} was idle`;
	});
}

function stopOf(
	{ token, node }: StartEvent,
	stops: readonly { token: number; node: string; atMs: number }[],
): number {
	const stop = stops.find((each) => each.token === token && each.node === node);
	return stop?.atMs ?? Infinity;
}
