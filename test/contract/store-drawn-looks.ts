/** Looks at what a shard has of tasks, drawn at random. */
import type { SeededRandom } from "../random.ts";
import { ROUTES } from "./store-drawn-task.ts";
import type { Operation } from "./store-operation.ts";

export function drawLook(
	random: SeededRandom,
	method: "tasks.ahead" | "tasks.queues" | "tasks.busy" | "tasks.failures",
	id: string,
): Operation {
	const limit = 1 + random.below(4);
	if (method === "tasks.ahead")
		return { method, args: [random.pick(ROUTES), id] };
	if (method === "tasks.queues")
		return { method, args: [{ above: -1, limit }] };
	if (method === "tasks.busy") return { method, args: [] };
	const since = { atMs: 0 };
	return { method, args: [{ since, from: undefined, limit }] };
}
