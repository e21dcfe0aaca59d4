/**
 * A node never runs more tasks of a type at once than the type's handler says, whatever
 * befell it or the store: all of them are in its own hands.
 *
 * A run whose end nobody recorded was ended by force, and is not judged.
 */
import { typeOf } from "../../protocol/route.ts";
import type { History } from "./history.ts";

interface Run {
	readonly id: string;
	readonly fromMs: number;
	readonly untilMs: number;
	readonly cap: number;
}

export function judgeCaps({ tasks }: History): string[] {
	const byPlace = new Map<string, Run[]>();
	for (const { id, submits, starts, stops } of tasks.values())
		for (const { token, node, atMs: fromMs, cap } of starts) {
			const stop = stops.find(
				(each) => each.token === token && each.node === node,
			);
			if (cap === undefined || stop === undefined) continue;
			const place = `${typeOf(submits[0]?.route ?? "")} on ${node}`;
			const runs = byPlace.get(place) ?? [];
			byPlace.set(place, runs);
			runs.push({ id, fromMs, untilMs: stop.atMs, cap });
		}
	return [...byPlace].flatMap(([place, runs]) => broken(place, runs));
}

function broken(place: string, runs: readonly Run[]): string[] {
	return runs.flatMap(({ id, fromMs, cap }) => {
		const now = runs.filter(
			(each) => each.fromMs <= fromMs && fromMs < each.untilMs,
		).length;
		if (now <= cap) return [];
		return [
			`${id} was started at ${fromMs} ms as one of ${now} of type ${place}, where ${cap} may run`,
		];
	});
}
