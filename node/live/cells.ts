/**
 * Cells: how busy each node was in each second of the last minute, and what share of its attempts failed, as
 * a character each. At what place a node stands in them is its number (seats.ts).
 */
import type { LiveFrame } from "../../protocol/schema/live.ts";
import type { Ends } from "./end-rate.ts";
import type { Seats } from "./seats.ts";

export type Cell = NonNullable<LiveFrame["lanes"]>["cells"][number];

/** The character for a node of which nothing is known, or that does not exist. */
const NONE = ".";
const MOST = 9;

/** The digit of a share: 0 only for nothing at all, and 9 only for all of it. */
function digitOf(share: number): string {
	if (!(share > 0)) return "0";
	if (share >= 1) return String(MOST);
	return String(Math.min(MOST - 1, Math.max(1, Math.round(share * MOST))));
}

/** `busy`: the share of each node's slots, as far as it is known. */
export function cellOf(
	atMs: number,
	seats: Seats,
	busy: ReadonlyMap<string, number>,
	ends: ReadonlyMap<string, Readonly<Ends>>,
): Cell {
	const line = (of: (node: string) => string) =>
		seats.inOrder
			.map((node) => (node === undefined ? NONE : of(node)))
			.join("")
			.replace(/\.+$/, "");
	return {
		atMs,
		busy: line((node) => {
			const share = busy.get(node);
			return share === undefined ? NONE : digitOf(share);
		}),
		failed: line((node) => {
			const { ended, failed } = ends.get(node) ?? { ended: 0, failed: 0 };
			return ended === 0 ? NONE : digitOf(failed / ended);
		}),
	};
}
