/**
 * What must hold in a shard at every moment, seen through its port alone; and
 * how a task may change from one moment to the next.
 */
import { expect } from "vitest";
import type {
	AccessStep,
	BusyRoute,
	HeldAttempt,
	LiveHead,
	LiveLook,
	RegisteredNode,
	Shard,
	ShardCounts,
	WorkSums,
} from "../../node/ports.ts";
import {
	formatSession,
	parseSession,
	type SessionName,
} from "../../protocol/lease.ts";
import { ACCESS_STEP_MAX, QUEUES_STEP_MAX } from "../../protocol/limits.ts";
import { isMove } from "../../protocol/moves.ts";
import { isEnded, TASK_STATES, type TaskState } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { addSums, noSums } from "../../protocol/work-sums.ts";
import { busyOf } from "../fakes/busy.ts";
import { expectAlike, Flaws } from "./store-alike.ts";

/** Everything that a shard reports of itself. */
export interface Snapshot {
	/** As each session reports of itself, out of all ids that there might be. */
	readonly byId: readonly TaskRecord[];
	/** Newest first. */
	readonly tasks: readonly TaskRecord[];
	readonly states: readonly (readonly TaskRecord[])[];
	readonly counts: ShardCounts;
	/** How many tasks run on each route, and are not due yet. */
	readonly busy: readonly BusyRoute[];
	readonly nodes: readonly RegisteredNode[];
	readonly running: readonly {
		readonly session: SessionName;
		readonly id: string;
		readonly token: number;
	}[];
	readonly nowMs: number;
	readonly lostMs: number;
	readonly access: Omit<AccessStep, "nowMs">;
	/** As they are now. */
	readonly figures: Omit<LiveLook, "nowMs" | "samples">;
	readonly holding: readonly HeldAttempt[];
	readonly heads: readonly (LiveHead | undefined)[];
	/** The statistics, in all steps that are kept. */
	readonly work: readonly WorkSums[];
}

const PAGE = 9;

/** Looks at all of a shard in which these sessions have been open. */
export async function look(
	shard: Shard,
	sessions: readonly SessionName[],
	ids: readonly string[],
): Promise<Snapshot> {
	const tasks = await listed(shard, undefined);
	const states = await Promise.all(
		TASK_STATES.map((state) => listed(shard, state)),
	);
	const running = await Promise.all(
		sessions.map(async (session) =>
			(await shard.sessions.running(session)).map((task) => ({
				session,
				...task,
			})),
		),
	);
	const counts = await shard.tasks.counts();
	const busy = await busyIn(shard);
	const { nowMs: _, ...access } = await shard.access.tokens(0, ACCESS_STEP_MAX);
	const { nodes, nowMs, lostMs } = await shard.sessions.nodes();
	const byId = (await shard.tasks.get(ids)).filter(
		(task) => task !== undefined,
	);
	return {
		work: await workOf(shard),
		...(await liveOf(shard, ids)),
		...{ byId, tasks, states, counts, busy, nodes, nowMs, lostMs, access },
		running: running.flat(),
	};
}

/** Reads all tasks page by page. A page ends early if much had to be looked at for it. */
async function listed(
	{ tasks }: Shard,
	state: TaskState | undefined,
): Promise<TaskRecord[]> {
	const found: TaskRecord[] = [];
	for (let beforeSeq = 2 ** 45; ; ) {
		const page = await tasks.list({ state, beforeSeq, limit: PAGE });
		found.push(...page.tasks);
		if (!page.more) return found;
		beforeSeq = page.downToSeq;
	}
}

/** As many of the heads as the store gets to. */
async function liveOf({ live }: Shard, ids: readonly string[]) {
	const { nowMs: _, samples: __, ...figures } = await live.look(0);
	const sessions = figures.sessions.map(({ session }) => session);
	const { attempts: holding } = await live.holders(sessions);
	return { figures, holding, heads: await live.heads(ids) };
}

/** On routes where tasks wait, and on others. */
async function busyIn({ tasks }: Shard): Promise<BusyRoute[]> {
	const found = [...(await tasks.busy())];
	const limit = QUEUES_STEP_MAX;
	for (let above: number | undefined = -1; above !== undefined; ) {
		const reply = await tasks.queues({ above, limit });
		for (const { route, started, scheduled } of reply.queues)
			if (started + scheduled > 0) found.push({ route, started, scheduled });
		above = reply.next;
	}
	return found.sort((a, b) => (a.route < b.route ? -1 : 1));
}

/** Summed over the steps, since the step in which something is added depends on the moment. */
async function workOf({ stats }: Shard): Promise<WorkSums[]> {
	const { steps } = await stats.sums("day", 0);
	const all = new Map<string, WorkSums>();
	for (const each of steps.flatMap(({ series }) => series)) {
		const name = `${each.queue} ${each.type}`;
		const sums = { ...each, ...noSums() };
		for (const part of [all.get(name), each]) if (part) addSums(sums, part);
		all.set(name, sums);
	}
	return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

/** The latest moment in any task, or at which a session was revoked: when the last step that changed one was made. */
export function latestMs({ tasks, lostMs }: Snapshot): number {
	const moments = tasks.flatMap((task) => [
		task.createdMs,
		task.finishedMs ?? 0,
		task.cancel?.atMs ?? 0,
		...task.attempts.flatMap(({ claimedMs, endedMs = 0 }) => [
			claimedMs,
			endedMs,
		]),
	]);
	return Math.max(lostMs, ...moments);
}

export function checkInvariants(now: Snapshot, where: string): void {
	checkLists(now, where);
	checkRunning(now, where);
	const flaws = new Flaws();
	for (const task of now.tasks) checkTask(task, flaws);
	flaws.expectNone(`${where}: what is wrong with its tasks`);
	const tokens = now.tasks.flatMap((task) =>
		task.attempts.map((attempt) => attempt.token),
	);
	expect(new Set(tokens).size, `${where}: no token twice`).toBe(tokens.length);
}

/** Counts, lists and queues tell the same story. */
function checkLists(
	{ byId, tasks, states, counts, busy }: Snapshot,
	where: string,
): void {
	// Lists are read from queues, holders and indexes, so each task is in one of these.
	const bySeq = [...byId].sort((a, b) => b.seq - a.seq);
	expectAlike(tasks, bySeq, `${where}: each task in one place`);
	const seqs = tasks.map((task) => task.seq);
	const falling = [...new Set(seqs)].sort((a, b) => b - a);
	expectAlike(seqs, falling, `${where}: newest first, none twice`);
	for (const [i, state] of TASK_STATES.entries()) {
		const own = tasks.filter((task) => task.state === state);
		expectAlike(states[i], own, `${where}: the list of ${state}`);
		expect(counts.states[state], `${where}: ${state}`).toBe(own.length);
	}
	expectAlike(
		busy,
		[...busyOf(tasks).values()].sort((a, b) => (a.route < b.route ? -1 : 1)),
		`${where}: what runs or is not due yet, by route`,
	);
	const waiting = Map.groupBy(
		tasks.filter((task) => task.state === "PENDING"),
		(task) => task.route,
	);
	expectAlike(
		counts.waiting,
		[...waiting.keys()].sort().map((route) => ({
			route,
			count: waiting.get(route)?.length,
		})),
		`${where}: what waits by route`,
	);
}

/** Each STARTED task runs in one session: that of its newest attempt. */
function checkRunning(
	{ tasks, running, nodes }: Snapshot,
	where: string,
): void {
	const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
	const started = tasks
		.filter((task) => task.state === "STARTED")
		.map(({ id, attempts }) => {
			const { token, nodeId, epoch } = attempts.at(-1) ?? {};
			return { session: formatSession(nodeId ?? "", epoch ?? 0), id, token };
		});
	expectAlike(
		...([[...running].sort(byId), started.sort(byId)] as const),
		`${where}: what runs`,
	);
	for (const node of nodes) {
		const session = formatSession(node.record.nodeId, node.epoch);
		const own = running.filter((task) => task.session === session);
		expect(node.running, `${where}: what ${session} runs`).toBe(own.length);
	}
}

function checkTask(task: TaskRecord, flaws: Flaws): void {
	const { id, state, attempts, finishedMs, result, error } = task;
	const newest = attempts.at(-1);
	const isStarted = state === "STARTED";
	for (const attempt of isStarted ? attempts.slice(0, -1) : attempts) {
		const { end, endedMs, claimedMs, token } = attempt;
		const what = `${id}: attempt ${token}, which is past,`;
		flaws.unless(end !== undefined, `${what} has no end`);
		const isInOrder = endedMs !== undefined && endedMs >= claimedMs;
		flaws.unless(isInOrder, `${what} ended before it was claimed`);
	}
	if (isStarted)
		flaws.unless(newest?.end === undefined, `${id}: runs, and has its end`);
	const rise = attempts.every(
		({ token }, i) => i === 0 || token >= (attempts[i - 1]?.token ?? 0),
	);
	flaws.unless(rise, `${id}: tokens do not rise`);
	const isCounted = task.attempt >= attempts.length;
	flaws.unless(isCounted, `${id}: attempt ${task.attempt} of more`);
	const isBegun = state === "SUCCESS" || state === "FAILURE";
	const isTimely = isBegun
		? (finishedMs ?? 0) === newest?.endedMs
		: isEnded(state)
			? (finishedMs ?? 0) >= (newest?.endedMs ?? 1)
			: finishedMs === undefined;
	flaws.unless(isTimely, `${id}: ${state}, and finished at ${finishedMs}`);
	const isSuccess = state === "SUCCESS";
	flaws.unless((result !== undefined) === isSuccess, `${id}: its result`);
	const hasFailed = !isSuccess && isEnded(state);
	flaws.unless((error !== undefined) === hasFailed, `${id}: its error`);
}

/** From one moment to the next each task makes at most one move, and only ended ones disappear. */
export function checkStep(
	before: Snapshot,
	now: Snapshot,
	where: string,
): void {
	const after = new Map(now.tasks.map((task) => [task.seq, task]));
	for (const task of before.tasks) {
		const next = after.get(task.seq);
		after.delete(task.seq);
		if (next !== undefined) checkMove(task, next, where);
		else expect(isEnded(task.state), `${where}: ${task.id} is gone`).toBe(true);
	}
	for (const { id, state } of after.values())
		expect(isMove(undefined, state, undefined), `${where}: new ${id}`).toBe(
			true,
		);
	for (const name of ["accepted", "attempts", "stale"] as const) {
		const total = now.counts[name];
		expect(total, `${where}: ${name} never falls`).toBeGreaterThanOrEqual(
			before.counts[name],
		);
	}
	for (const { record, epoch } of before.nodes) {
		const later = now.nodes.find(
			(node) => node.record.nodeId === record.nodeId,
		);
		if (later === undefined) continue;
		expect(later.epoch, `${where}: epochs rise`).toBeGreaterThanOrEqual(epoch);
	}
	for (const { session } of now.running) {
		expect(parseSession(session).epoch, where).toBeGreaterThan(0);
	}
}

function checkMove(task: TaskRecord, next: TaskRecord, where: string): void {
	if (task.state === next.state) return;
	const underWay = task.state === "STARTED" ? task.attempts.at(-1) : undefined;
	const end = next.attempts.find(({ token }) => token === underWay?.token)?.end;
	const what = `${where}: ${task.id} from ${task.state} to ${next.state} by ${end}`;
	expect(isMove(task.state, next.state, end), what).toBe(true);
}
