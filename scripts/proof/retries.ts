/** Tasks whose code fails are tried again as often as they ask for, and no more, while nodes are killed. */
import { spread } from "../chaos/spread.ts";
import { clientOf } from "../client.ts";
import {
	allTasks,
	killInTurn,
	type ListedTask,
	startThree,
	whenEnded,
} from "./killed-cluster.ts";
import type { Finding, Ground, Proof } from "./proof.ts";

const RETRIES = 2;
const BACKOFF = { type: "fixed", delay: 500, jitter: 0.5 } as const;
const KILL_EVERY_MS = 2_000;
const SLOW_MS_MAX = 120_000;
const HANDLERS = new URL(
	"../../test/fixtures/handlers/work.ts",
	import.meta.url,
).pathname;

export const retries: Proof = {
	name: "retries",
	proves: `tasks that fail fail ${RETRIES + 1} times, whatever kills their nodes in between, and never sooner than their backoff says`,
	takes: "1 min",
	unit: "tasks",
	times: 10_000,
	run: measure,
};

async function measure({ seed, times, tell }: Ground): Promise<Finding> {
	await using cluster = await startThree(
		...["--concurrency", "32", "--handlers", HANDLERS],
	);
	const client = clientOf(cluster.node(1).url, SLOW_MS_MAX);
	const task = { type: "fail", retries: RETRIES, backoff: BACKOFF };
	await client.value("submitTaskLines", { body: Array(times).fill(task) });
	tell(`${times} tasks are submitted; nodes are killed now`);
	let isOver = false;
	const killing = killInTurn(cluster, seed, KILL_EVERY_MS, () => isOver);
	try {
		await whenEnded(cluster, times, 300_000);
	} finally {
		isOver = true;
	}
	const kills = await killing;
	const tasks = await allTasks(cluster.node(1));
	const flaws = tasks.flatMap(flawsOf);
	if (tasks.length !== times) flaws.push(`there are ${tasks.length} tasks`);
	const lost = tasks.flatMap(({ attempts }) =>
		attempts.filter(({ end }) => end !== "failure"),
	);
	return {
		figures: {
			"nodes killed": kills,
			"attempts that failed": tasks.flatMap(failedOf).length,
			"attempts that were cut short": lost.length,
			"from a failure to the next claim, ms": spread(tasks.flatMap(waitsOf)),
		},
		breaches: flaws.slice(0, 20).map((what) => ({
			promise: "what fails is tried again as often as was asked for",
			what,
		})),
	};
}

function failedOf({ attempts }: ListedTask) {
	return attempts.filter(({ end }) => end === "failure");
}

function waitsOf({ attempts }: ListedTask): number[] {
	return attempts.flatMap((attempt, i) => {
		const next = attempts[i + 1];
		if (attempt.end !== "failure" || next === undefined) return [];
		return Date.parse(next.claimedAt) - Date.parse(attempt.endedAt ?? "");
	});
}

function flawsOf(task: ListedTask): string[] {
	const { id, state, failures } = task;
	const failed = failedOf(task).length;
	const early = waitsOf(task).filter((ms) => ms < BACKOFF.delay);
	return [
		...(state === "FAILURE" && failed === RETRIES + 1 && failures === RETRIES
			? []
			: [`${id} is ${state} after ${failed} failures, ${failures} counted`]),
		...early.map((ms) => `${id} was tried again after ${ms} ms`),
	];
}
