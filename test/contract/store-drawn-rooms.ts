/** Random rooms of a claim: it may bring fewer tasks of some of its routes. */
import type { ClaimRoom } from "../../node/ports.ts";
import type { Route } from "../../protocol/route.ts";
import type { SeededRandom } from "../random.ts";

export function drawRooms(
	random: SeededRandom,
	routes: readonly Route[],
): ClaimRoom[] {
	const drawn = [...routes.keys()].filter(() => random.oneIn(3));
	const first = random.below(2);
	return [drawn.slice(0, first), drawn.slice(first)]
		.filter((own) => own.length > 0)
		.map((own) => ({ tasks: random.below(3), routes: own }));
}
