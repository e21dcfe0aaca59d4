/**
 * Many submissions in one request: check each, submit the good ones, and keep
 * the answers in the order of the items.
 *
 * A body may hold fifty thousand tasks. They are taken a chunk at a time, and
 * between chunks the node turns to its other work; the chunks' submissions run
 * side by side, so a store that hangs delays the answer once, not once a chunk.
 */
import { ITEMS_CHUNK, ITEMS_MAX } from "../../protocol/limits.ts";
import { type Problem, problemStatus } from "../../protocol/problem.ts";
import type { Api, Clock, Submitted } from "../ports.ts";
import { storeProblem } from "./answer.ts";
import type { Checked } from "./submission.ts";

const tooManyItems: Problem = {
	code: "too_large",
	detail: `One request may hold at most ${ITEMS_MAX} tasks; send the rest in further ones.`,
};
/** To take nothing with a 2xx would tell a sender whose tasks got lost on the way that all is well. */
const noItems: Problem = {
	code: "invalid",
	detail: "The body holds no task; send at least one.",
};

/** What is wrong with how many tasks a body holds, if anything is. */
export function flawOfCount(items: number): Problem | undefined {
	if (items === 0) return noItems;
	return items > ITEMS_MAX ? tooManyItems : undefined;
}

/** Outcomes in order. `check` is given each item and its place. */
export async function submitAll<Item>(
	api: Api,
	clock: Clock,
	items: readonly Item[],
	check: (item: Item, index: number) => Checked,
): Promise<Submitted[]> {
	const chunks: Promise<Submitted[]>[] = [];
	for (let start = 0; start < items.length; start += ITEMS_CHUNK) {
		const checked = items
			.slice(start, start + ITEMS_CHUNK)
			.map((item, index) => check(item, start + index));
		const chunk = submitChunk(api, checked);
		// Should it fail, that is met below; it is not unhandled until then.
		chunk.catch(() => {});
		chunks.push(chunk);
		await new Promise<void>((resolve) => clock.soon(resolve));
	}
	return (await Promise.all(chunks)).flat();
}

async function submitChunk(
	api: Api,
	checked: readonly Checked[],
): Promise<Submitted[]> {
	const good = checked.flatMap((each) => (each.ok ? [each.task] : []));
	const outcomes = await submitGood(api, good);
	let next = 0;
	return checked.map((each) => {
		if (!each.ok) return each;
		const outcome = outcomes[next++];
		if (outcome === undefined) throw new Error("a submission has no outcome");
		return outcome;
	});
}

/** Trouble with the store is an outcome of each, since other chunks may have been taken. */
async function submitGood(
	api: Api,
	tasks: Parameters<Api["submit"]>[0],
): Promise<Submitted[]> {
	if (tasks.length === 0) return [];
	try {
		return await api.submit(tasks);
	} catch (error) {
		const problem = storeProblem(error);
		return tasks.map(() => ({ ok: false, problem }));
	}
}

/**
 * The status of the answer as a whole: `taken` if any item was taken, so that nobody
 * sends all of it again by mistake; else the most serious of the items' own.
 */
export function statusOfAll(
	outcomes: readonly Submitted[],
	taken: number,
): number {
	let status = 0;
	for (const outcome of outcomes) {
		if (outcome.ok) return taken;
		status = Math.max(status, problemStatus(outcome.problem.code));
	}
	return status;
}
