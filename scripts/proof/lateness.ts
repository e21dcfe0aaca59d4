/**
 * Tasks that are due later are claimed when they are due, and those that nobody serves
 * expire in time, although nodes are killed meanwhile, including those that accepted the
 * tasks. Measured from a task's due time to its first claim, and from its expiry to its
 * end, by the store's clock: so it counts how late nodes are, and what they have to do
 * with other tasks that are due.
 */
import type { Breach } from "../../test/checker/checker.ts";
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

/** The first task is due after this; by then all are accepted. */
const FIRST_DUE_MS = 8_000;
const EACH_MS = 3;
const KILL_EVERY_MS = 3_000;
const SLOW_MS_MAX = 120_000;
/** Of so many tasks one is served by nobody, and expires when it would be due. */
const EXPIRES_EVERY = 10;
const P99_MS_MAX = 50;
const MS_MAX = 1_000;

export const lateness: Proof = {
	name: "lateness",
	proves: `delayed tasks are claimed within ${P99_MS_MAX} ms of their time (p99), each within ${MS_MAX} ms, none before it, and expired ones end within ${MS_MAX} ms, while nodes are killed`,
	takes: "1 min",
	unit: "tasks",
	times: 10_000,
	run: measure,
};

async function measure({ seed, times, tell }: Ground): Promise<Finding> {
	await using cluster = await startThree("--concurrency", "64");
	const client = clientOf(cluster.node(1).url, SLOW_MS_MAX);
	await client.value("submitTaskLines", {
		body: Array.from({ length: times }, (_, i) => taskAt(i)),
	});
	tell(`${times} tasks are scheduled by node 1; nodes are killed now`);
	let isOver = false;
	const killing = killInTurn(cluster, seed, KILL_EVERY_MS, () => isOver);
	try {
		await whenEnded(cluster, times, FIRST_DUE_MS + times * EACH_MS + 60_000);
	} finally {
		isOver = true;
	}
	const kills = await killing;
	const { figures, breaches } = judged(await allTasks(cluster.node(2)), times);
	return { figures: { "nodes killed": kills, ...figures }, breaches };
}

function judged(tasks: readonly ListedTask[], times: number): Finding {
	const [expiring, delayed] = [
		tasks.filter(({ expiresAt }) => expiresAt !== undefined),
		tasks.filter(({ expiresAt }) => expiresAt === undefined),
	];
	const lateMs = delayed.map(({ dueAt = "", attempts }) =>
		sinceMs(dueAt, attempts[0]?.claimedAt),
	);
	const expiredMs = expiring.map(({ expiresAt = "", finishedAt }) =>
		sinceMs(expiresAt, finishedAt),
	);
	const { p99, max } = spread(lateMs);
	const lastExpiry = spread(expiredMs).max;
	const early = [...lateMs, ...expiredMs].filter((ms) => !(ms >= 0)).length;
	const failed =
		delayed.filter(({ state }) => state !== "SUCCESS").length +
		expiring.filter(({ state }) => state !== "EXPIRED").length;
	const breaches: Breach[] = [];
	const expect = (promise: string, holds: boolean, what: string) => {
		if (!holds) breaches.push({ promise, what });
	};
	expect(
		"every task runs, or expires",
		tasks.length === times && failed === 0,
		`${failed} of ${tasks.length} did not`,
	);
	expect(
		"none before its time",
		early === 0,
		`${early} were claimed, or ended, before`,
	);
	expect(
		`p99 at most ${P99_MS_MAX} ms`,
		(p99 ?? Infinity) <= P99_MS_MAX,
		`it is ${p99} ms`,
	);
	expect(
		`at most ${MS_MAX} ms`,
		(max ?? Infinity) <= MS_MAX,
		`the latest is ${max} ms`,
	);
	expect(
		`expired within ${MS_MAX} ms`,
		(lastExpiry ?? Infinity) <= MS_MAX,
		`the latest is ${lastExpiry} ms`,
	);
	const figures = {
		"from due to claimed, ms": spread(lateMs),
		"from expiry to the end, ms": spread(expiredMs),
	};
	return { figures, breaches };
}

function taskAt(i: number) {
	const atMs = FIRST_DUE_MS + i * EACH_MS;
	return i % EXPIRES_EVERY === 0
		? { id: `expires-${i}`, type: "nobody-serves-it", expiresIn: atMs }
		: { id: `due-${i}`, type: "noop", delay: atMs };
}

const sinceMs = (from: string, to = "") => Date.parse(to) - Date.parse(from);
