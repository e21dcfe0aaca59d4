/**
 * Many submissions in one request: checks each, submits the good ones, and keeps the
 * answers in the order of the items.
 *
 * A body may hold fifty thousand tasks. They are taken in chunks, and between chunks the
 * node turns to its other work. Some chunks are submitted side by side, so that the store
 * is kept busy; the others wait until one is through, so that other submitters are not
 * behind all of them. A store that hangs refuses later submissions at once, so it delays
 * the answer once, and not once for each chunk. Whether the sender may still submit is
 * asked for each chunk anew.
 */
import {
	ITEMS_CHUNK,
	ITEMS_CHUNKS_MAX,
	ITEMS_MAX,
	SUBMIT_AGAIN_MS,
	SUBMIT_AGAIN_MS_MAX,
	SUBMIT_ALL_MS_MAX,
} from "../../../protocol/limits.ts";
import { type Problem, problemStatus } from "../../../protocol/problem.ts";
import type { NewTask } from "../../../protocol/task.ts";
import type { Api, Clock, Submitted } from "../../ports.ts";
import { answerRefused, lookUpLate } from "./late.ts";
import type { Checked } from "./submission.ts";

const tooManyItems: Problem = {
	code: "too_large",
	detail: `One request may hold at most ${ITEMS_MAX} tasks; send the rest in further ones.`,
};
/**
 * Answering 2xx for no tasks would tell a sender whose tasks got lost on the way that all
 * is well.
 */
const noItems: Problem = {
	code: "invalid",
	detail: "The body holds no task; send at least one.",
};

/** What is wrong with the number of tasks in a body, if anything. */
export function flawOfCount(items: number): Problem | undefined {
	if (items === 0) return noItems;
	return items > ITEMS_MAX ? tooManyItems : undefined;
}

const tookTooLong: Problem = {
	code: "overloaded",
	detail:
		"The tasks before this one took too long, and it was not sent to Redis; send it again, in a smaller request.",
};

export interface Items<Item> {
	readonly items: readonly Item[];
	/** Is given each item and its place. */
	readonly check: (item: Item, index: number) => Checked;
	/** Why its sender may submit nothing more, after a while; undefined if it may. */
	readonly refusal: () => Problem | undefined;
}

/** Outcomes in order. */
export async function submitAll<Item>(
	api: Api,
	clock: Clock,
	{ items, check, refusal }: Items<Item>,
): Promise<Submitted[]> {
	const untilMs = clock.monoMs() + SUBMIT_ALL_MS_MAX;
	const whyNot = () => (clock.monoMs() >= untilMs ? tookTooLong : refusal());
	const chunks: Promise<Submitted[]>[] = [];
	const underWay = new Set<Promise<void>>();
	for (let start = 0; start < items.length; start += ITEMS_CHUNK) {
		if (underWay.size >= ITEMS_CHUNKS_MAX) await Promise.race(underWay);
		const checked = items
			.slice(start, start + ITEMS_CHUNK)
			.map((item, index) => check(item, start + index));
		const known = (late: readonly NewTask[]) =>
			refuseAll(late, whyNot()) ?? lookUpLate(api, late);
		const chunk = submitChunk(checked, known, async (tasks) => {
			const refused = refuseAll(tasks, whyNot());
			if (refused !== undefined) return refused;
			const outcomes = await api.tasks.submit(tasks);
			if (items.length > ITEMS_CHUNK)
				await insist(api, clock, { tasks, outcomes, untilMs, whyNot });
			return outcomes;
		});
		chunks.push(chunk);
		// A failure is handled below; until then it must not count as unhandled.
		const through = chunk.then(
			() => {},
			() => {},
		);
		underWay.add(through);
		void through.then(() => underWay.delete(through));
		await new Promise<void>((resolve) => clock.soon(resolve));
	}
	return (await Promise.all(chunks)).flat();
}

async function submitChunk(
	checked: readonly Checked[],
	known: Parameters<typeof answerRefused>[1],
	submit: (tasks: readonly NewTask[]) => Promise<Submitted[]>,
): Promise<Submitted[]> {
	const refused = await answerRefused(checked, known);
	const good = checked.flatMap((each) => (each.ok ? [each.task] : []));
	const outcomes = good.length === 0 ? [] : await submit(good);
	let next = 0;
	return refused.map((each) => {
		const outcome = each ?? outcomes[next++];
		if (outcome === undefined) throw new Error("a submission has no outcome");
		return outcome;
	});
}

interface Insistence {
	readonly tasks: readonly NewTask[];
	/** Replaced once a later outcome is certain. */
	readonly outcomes: Submitted[];
	readonly untilMs: number;
	/** Why they may not be submitted any more; undefined if they may. */
	readonly whyNot: () => Problem | undefined;
}

/**
 * Submits the tasks again that the store was too slow for, for SUBMIT_AGAIN_MS_MAX: a
 * task that has been stored after all is found under its id. A task that would become
 * another run of its id is submitted again only if it was not sent. A client that sends
 * one task or a few is told within a second and can do that itself; of thousands, some
 * would always be left.
 */
async function insist(
	api: Api,
	clock: Clock,
	{ tasks, outcomes, untilMs, whyNot }: Insistence,
): Promise<void> {
	const lastMs = Math.min(untilMs, clock.monoMs() + SUBMIT_AGAIN_MS_MAX);
	for (;;) {
		const slow = [...outcomes.keys()].filter(
			(i) =>
				isSlow(outcomes[i]) && !(tasks[i]?.again && isUnknown(outcomes[i])),
		);
		if (slow.length === 0 || clock.monoMs() >= lastMs) return;
		await new Promise<void>((resolve) => clock.after(SUBMIT_AGAIN_MS, resolve));
		if (whyNot() !== undefined) return;
		const again = await api.tasks.submit(slow.map((i) => tasks[i] as NewTask));
		for (const [n, i] of slow.entries()) {
			const outcome = again[n] as Submitted;
			// A task that may be in the store is not reported as refused.
			if (outcome.ok || !isUnknown(outcomes[i])) outcomes[i] = outcome;
		}
		if (again.every((outcome) => !outcome.ok && !isSlow(outcome))) return;
	}
}

function isSlow(outcome: Submitted | undefined): boolean {
	return (
		isUnknown(outcome) ||
		(outcome?.ok === false && outcome.problem.code === "overloaded")
	);
}

function isUnknown(outcome: Submitted | undefined): boolean {
	return outcome?.ok === false && outcome.problem.code === "outcome_unknown";
}

/** Undefined if there is no problem. */
function refuseAll(
	tasks: readonly NewTask[],
	problem: Problem | undefined,
): Submitted[] | undefined {
	return problem && tasks.map(() => ({ ok: false, problem }));
}

/**
 * The status of the answer as a whole: `taken` if any item was taken, so that nobody
 * sends everything again by mistake; otherwise the most serious of the items' own.
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
