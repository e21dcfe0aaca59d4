/** Random claims, in which some routes, or all, may bring fewer tasks than the limit. */
import type { ClaimRequest, ClaimRoom, Lease } from "../../node/ports.ts";
import type { Route } from "../../protocol/route.ts";
import type { SeededRandom } from "../random.ts";

export function drawClaim(
	random: SeededRandom,
	lease: Lease,
	routes: readonly Route[],
): ClaimRequest {
	const limit = 1 + random.below(4);
	const rooms = drawRooms(random, routes);
	const turns = random.oneIn(4) ? drawTurns(random, limit) : undefined;
	return { ...lease, routes, limit, rooms, ...(turns && { turns }) };
}

function drawRooms(
	random: SeededRandom,
	routes: readonly Route[],
): ClaimRoom[] {
	const drawn = [...routes.keys()].filter(() => random.oneIn(3));
	const first = random.below(2);
	return [drawn.slice(0, first), drawn.slice(first)]
		.filter((own) => own.length > 0)
		.map((own) => ({ tasks: random.below(3), routes: own }));
}

function drawTurns(random: SeededRandom, limit: number): number[] {
	let turn = 0;
	return Array.from({ length: 1 + random.below(limit) }, () => {
		turn += 1 + random.below(3);
		return turn;
	});
}
