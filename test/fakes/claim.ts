/** What a claim takes from one shard of the store's twin. */
import type { ClaimRequest } from "../../node/ports.ts";
import { CLAIM_BATCH_BYTES_MAX } from "../../protocol/limits.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import type { Holder } from "./shard-holders.ts";
import type { Tasks } from "./shard-tasks.ts";

/**
 * Takes the lowest rank first, up to the limits of a batch. An expired task counts like
 * one that is given out.
 */
export function takeTasks(
	tasks: Tasks,
	request: ClaimRequest,
	nextHolder: () => Holder,
	nowMs: number,
): ClaimedTask[] {
	const { routes, rooms = [] } = request;
	const limit = limitOf(tasks, request);
	const taken: ClaimedTask[] = [];
	const left = rooms.map((room) => room.tasks);
	const roomOf = (at: number) =>
		rooms.findIndex((room) => room.routes.includes(at));
	let bytes = 0;
	let expired = 0;
	while (taken.length + expired < limit) {
		const open = routes.filter((_, at) => left[roomOf(at)] !== 0);
		const head = tasks.queues.head(open);
		if (head === undefined) break;
		const more = bytes + Buffer.byteLength(head.payload);
		if (more > CLAIM_BATCH_BYTES_MAX && taken.length > 0) break;
		const room = roomOf(routes.indexOf(head.route));
		if (room >= 0) left[room] = (left[room] ?? 0) - 1;
		const task = tasks.start(head, nextHolder, nowMs);
		if (task === undefined) {
			expired += 1;
			continue;
		}
		taken.push(task);
		bytes = more;
	}
	return taken;
}

/** If others have turns, too, no more than its own come. */
function limitOf(tasks: Tasks, { routes, limit, turns }: ClaimRequest): number {
	if (turns === undefined) return limit;
	let waiting = 0;
	for (const route of routes) waiting += tasks.queues.waiting(route);
	return Math.min(limit, turns.filter((turn) => turn <= waiting).length);
}
