/**
 * How a node's sessions were lost, as the API says it: who took them, on what grounds,
 * and who saw what.
 */
import { LEASE_TTL_MS } from "../../../protocol/limits.ts";
import { type Sighting, whyTaken } from "../../../protocol/loss.ts";
import type { DeathList } from "../../../protocol/schema/deaths.ts";
import { isoTime, type Onlooker } from "../../../protocol/view.ts";
import type { Death, DeathsView } from "../../ports.ts";

export function readDeaths(
	{ nodeId, asOfMs, deaths }: DeathsView,
	onlooker: Onlooker,
): DeathList {
	const name = onlooker.nameOf(nodeId);
	return {
		id: nodeId,
		...(name !== undefined && { name }),
		deaths: deaths.map((death) => readDeath(death, onlooker)),
		asOf: isoTime(asOfMs),
	};
}

function readDeath(
	{ epoch, atMs, grounds, by, leaseLeftMs, tasks, saw }: Death,
	onlooker: Onlooker,
): DeathList["deaths"][number] {
	const name = onlooker.nameOf(by);
	return {
		...{ at: isoTime(atMs), epoch, grounds, why: whyTaken(grounds) },
		...(by !== "" && { revokedBy: by }),
		...(name !== undefined && { revokedByName: name }),
		leaseLeftMs,
		lastRenewalAt: isoTime(atMs + leaseLeftMs - LEASE_TTL_MS),
		tasks,
		observers: saw.map((sighting) => readSighting(sighting, onlooker)),
	};
}

function readSighting(
	{ nodeId, connection, port, lastRenewalMs, verdict }: Sighting,
	onlooker: Onlooker,
): DeathList["deaths"][number]["observers"][number] {
	const nodeName = onlooker.nameOf(nodeId);
	return {
		node: nodeId,
		...(nodeName !== undefined && { nodeName }),
		...(connection !== undefined && { connection }),
		...(port !== undefined && { port }),
		...(lastRenewalMs !== undefined && {
			lastRenewalAt: isoTime(lastRenewalMs),
		}),
		verdict,
	};
}
