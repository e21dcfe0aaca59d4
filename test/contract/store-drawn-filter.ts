/** Filters drawn at random from what drawn tasks have; and all tasks that fit one, found in steps. */
import assert from "node:assert/strict";
import type { ListRequest, Shard } from "../../node/ports.ts";
import { parseRoute } from "../../protocol/route.ts";
import { TASK_STATES } from "../../protocol/state.ts";
import type { TaskFilter } from "../../protocol/task-filter.ts";
import type { SeededRandom } from "../random.ts";
import { ROUTES, TAGS } from "./store-drawn-task.ts";

const NODES = ["ann", "bob", "cid", "nobody"];
/** Payloads are texts of four characters; errors and results say how they came. */
const TEXTS = ["a", "7", "done", "cancelled", "code", "e\\n", '"'];

/** Mostly a filter asks for little, so that something fits. */
function drawFilter(random: SeededRandom, ids: readonly string[]): TaskFilter {
	const { queue, type } = parseRoute(random.pick(ROUTES)) ?? {};
	const tags = random.pick([TAGS, TAGS.slice(1), TAGS.slice(0, 1)]);
	const id = random.pick(ids);
	const idPrefix = id.slice(0, random.below(id.length + 1));
	const parts: TaskFilter[] = [
		...(queue === undefined ? [] : [{ queue }]),
		...(type === undefined ? [] : [{ type }]),
		...[{ tags }, { nodes: [random.pick(NODES)] }],
		{ nodes: [random.pick(NODES), random.pick(NODES)] },
		{ attemptMin: 1 + random.below(3) },
		...[{ moved: true } as const, { idPrefix }, { notPrefix: idPrefix }],
		...[{ notId: id }, { texts: [random.pick(TEXTS), random.pick(TEXTS)] }],
	];
	const count = random.pick([0, 1, 1, 1, 2]);
	const drawn = Array.from({ length: count }, () => random.pick(parts));
	return Object.assign({}, ...drawn);
}

export function drawList(
	random: SeededRandom,
	ids: readonly string[],
): ListRequest {
	const state = random.pick([undefined, ...TASK_STATES]);
	const limit = 1 + random.below(8);
	const filter = drawFilter(random, ids);
	const brief = random.oneIn(2) && ({ brief: true } as const);
	return { state, beforeSeq: 2 ** 45, limit, filter, ...brief };
}

/** The ids of all tasks that fit, in the order in which they are found. */
export async function findAll(
	shard: Shard,
	request: ListRequest,
): Promise<string[]> {
	const ids: string[] = [];
	let asked = request;
	for (;;) {
		const page = await shard.tasks.list(asked);
		ids.push(...page.tasks.map(({ id }) => id));
		if (!page.more) return ids;
		const { downToSeq: beforeSeq, ahead } = page;
		// A step must not end where it began.
		assert(beforeSeq < asked.beforeSeq);
		asked = { ...request, beforeSeq, ...(ahead && { ahead }) };
	}
}
