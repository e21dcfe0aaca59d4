/** The places for reading (see places.ts): how many there are for each kind of answer. */
import {
	BULKS_MAX,
	BULKS_WAITING_MAX,
	HTTP_CONNECTIONS_MAX,
	LISTS_MAX,
	LISTS_WAITING_MAX,
} from "../../../protocol/limits.ts";
import type { Clock } from "../../ports.ts";
import type { Outflow } from "./outflow.ts";
import { Places, ReadSizes, type Reads } from "./places.ts";
import type { RefusalOf } from "./refusal.ts";
import { TaskReads } from "./task-reads.ts";

interface OpenPlaces {
	readonly places: Readonly<
		Record<"lists" | "searches" | "wholes" | "tasks" | "bulks", Places>
	>;
	readonly reads: Reads;
}

export function openPlaces(
	clock: Clock,
	{ room }: Pick<Outflow, "room">,
	refusal: RefusalOf,
): OpenPlaces {
	const sizes = new ReadSizes();
	const places = {
		lists: new Places(clock, { max: LISTS_MAX }, LISTS_WAITING_MAX),
		searches: new Places(clock, { max: LISTS_MAX }, LISTS_WAITING_MAX),
		wholes: new Places(clock, { max: LISTS_MAX }, LISTS_WAITING_MAX),
		tasks: new Places(clock, sizes, HTTP_CONNECTIONS_MAX),
		bulks: new Places(clock, { max: BULKS_MAX }, BULKS_WAITING_MAX),
	};
	const tasks = new TaskReads(places.tasks, sizes, room, refusal);
	return { places, reads: { ...places, tasks } };
}
