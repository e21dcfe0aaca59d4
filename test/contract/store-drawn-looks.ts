/** Reads of a shard's tasks, drawn at random. */
import type { SeededRandom } from "../random.ts";
import { ROUTES } from "./store-drawn-task.ts";
import type { Operation } from "./store-operation.ts";

export const LOOKS = [
	...(["tasks.ahead", "tasks.leftOver", "tasks.queues"] as const),
	...(["tasks.busy", "tasks.failures"] as const),
	...(["tasks.get", "tasks.newest"] as const),
] as const;

/** The limit with which nothing but the size of a task is read. */
const NO_BYTES = 0;

export function drawLook(
	random: SeededRandom,
	method: (typeof LOOKS)[number],
	id: string,
): Operation {
	const limit = 1 + random.below(4);
	if (method === "tasks.ahead")
		return { method, args: [random.pick(ROUTES), id] };
	if (method === "tasks.get") return { method, args: [[id], NO_BYTES] };
	if (method === "tasks.newest") return { method, args: [id, NO_BYTES] };
	if (method === "tasks.leftOver") {
		// Two stores need not agree to the millisecond.
		const forMs = random.pick([-60_000, 3_600_000]);
		return { method, args: [[random.pick(ROUTES)], forMs] };
	}
	if (method === "tasks.queues")
		return { method, args: [{ above: -1, limit }] };
	if (method === "tasks.busy") return { method, args: [] };
	const since = { atMs: 0 };
	return { method, args: [{ since, from: undefined, limit }] };
}
