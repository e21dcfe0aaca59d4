/**
 * Of a frame of `/v1/live`, which is made once for all who read, the part that some are told: those who
 * reach tasks of some queues or types only, and those whose page shows a summary.
 */
import { reaches } from "../../../protocol/access.ts";
import type { LiveFrame } from "../../../protocol/schema/live.ts";
import type { Reach } from "../door/reach.ts";

type Figures = NonNullable<LiveFrame["figures"]>;
type Lanes = NonNullable<LiveFrame["lanes"]>;

/** Of a task, as far as it is known. */
interface Parts {
	readonly queue?: string;
	readonly type?: string;
}

/**
 * Without tasks of others, and without what was done to the cluster. Numbers of the whole cluster, and nodes, are told to
 * everybody. How much found no room is left out, since that is of all tasks, and what there is room for is
 * chosen among all of them.
 */
export function frameWithin(
	within: Reach,
	{ figures, lanes, events, queues, ...frame }: LiveFrame,
): LiveFrame {
	const { eventsMore: _events, queuesMore: _queues, ...rest } = frame;
	const isOwn = ({ queue, type }: Parts) =>
		queue !== undefined &&
		type !== undefined &&
		reaches(within, { queue, type });
	const isTold = (event: Parts & { readonly kind: string }) =>
		event.kind.startsWith("task.") ? isOwn(event) : event.kind !== "audit";
	return {
		...rest,
		...(figures && { figures: figuresWithin(within, figures, isOwn) }),
		...(lanes && { lanes: lanesWithin(lanes, isOwn) }),
		...(events && { events: events.filter(isTold) }),
		...(queues && { queues: queues.filter(isOwn) }),
	};
}

/** Failures are counted by type and not by queue: so who is restricted to queues is told of none. */
function figuresWithin(
	{ queues, types }: Reach,
	{ oldest, failing, ...figures }: Figures,
	isOwn: (oldest: Parts) => boolean,
): Figures {
	const ownTypes = failing.types.filter(
		({ type }) => queues === undefined && types?.includes(type),
	);
	return {
		...figures,
		failing: { ...failing, types: ownTypes },
		...(oldest && isOwn(oldest) && { oldest }),
	};
}

function lanesWithin(
	{ attempts, attemptsMore: _attempts, ...lanes }: Lanes,
	isOwn: (attempt: Parts) => boolean,
): Lanes {
	return { ...lanes, attempts: attempts.filter(isOwn) };
}

export function summaryOf({
	lanes: _lanes,
	events: _events,
	eventsMore: _more,
	queues: _queues,
	queuesMore: _queuesMore,
	series: _series,
	...rest
}: LiveFrame): LiveFrame {
	return rest;
}
