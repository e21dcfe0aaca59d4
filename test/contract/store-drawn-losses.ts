/** How sessions are lost, drawn at random. */
import type { SessionName } from "../../protocol/lease.ts";
import type { SeededRandom } from "../random.ts";
import type { Operation } from "./store-operation.ts";

const WATCHERS = ["ann", "bob", "cid"];

/** `endMs`: when its lease ends, as last told. */
export function drawRevoke(
	random: SeededRandom,
	session: SessionName,
	endMs: number,
): Operation {
	const when = random.pick(["expired", "silent", "now"] as const);
	const grounds = when === "now" ? { when } : { when, expiresMs: endMs };
	const limit = 1 + random.below(3);
	const by = random.pick(WATCHERS);
	const sighting = { nodeId: by, port: "refused", verdict: "dead" } as const;
	const told = random.oneIn(2) && { by, saw: [sighting] };
	const known = random.pick([undefined, true, false, false]);
	const elsewhere = known !== undefined && { lostElsewhere: known };
	const request = { session, grounds, limit, ...told, ...elsewhere };
	return { method: "sessions.revoke", args: [request] };
}

export function drawDeaths(random: SeededRandom): Operation {
	return { method: "sessions.deaths", args: [random.pick(WATCHERS)] };
}
