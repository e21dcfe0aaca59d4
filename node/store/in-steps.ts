/**
 * Calls scripts that are asked to do something to many tasks, and may get through only some
 * of them (see STEP_BYTES_MAX).
 */
import assert from "node:assert/strict";
import type { RetryReply, RoutedCount } from "../ports.ts";

/**
 * Asks again for the items that a step did not get to. `ask` returns the answers for as many
 * as it did, from the first.
 */
export async function inSteps<Item, Answer>(
	all: readonly Item[],
	ask: (some: readonly Item[]) => Promise<readonly Answer[]>,
): Promise<Answer[]> {
	const answers: Answer[] = [];
	while (answers.length < all.length) {
		const more = await ask(all.slice(answers.length));
		assert(more.length > 0, "a step comes to one task at least");
		answers.push(...more);
	}
	return answers;
}

/** Joins the replies of consecutive steps. */
export function joinReplies(replies: readonly RetryReply[]): RetryReply {
	const [first] = replies;
	const reopened = new Map<string, RoutedCount>();
	for (const own of replies.flatMap((reply) => reply.reopened)) {
		const { count = 0, topPriority = 0 } = reopened.get(own.route) ?? {};
		reopened.set(own.route, {
			...{ route: own.route, count: count + own.count },
			topPriority: Math.max(topPriority, own.topPriority),
		});
	}
	return {
		nowMs: first?.nowMs ?? 0,
		outcomes: replies.flatMap(({ outcomes }) => outcomes),
		reopened: [...reopened.values()].sort((a, b) =>
			a.route < b.route ? -1 : 1,
		),
	};
}
