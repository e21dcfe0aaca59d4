/**
 * Decodes the scripts' answers: from lists of strings and numbers, laid out as the
 * contract at the top of each script says, into what the port promises.
 */
import type { EndKind, Kept } from "../../protocol/keep.ts";
import { msOfSeq, priorityOf } from "../../protocol/rank.ts";
import { TASK_STATES, type TaskState } from "../../protocol/state.ts";
import type { ClaimedTask } from "../../protocol/task.ts";
import type {
	BusyRoute,
	CancelOutcome,
	ChangeReply,
	ClaimReply,
	ElapseReply,
	EndOutcome,
	OpenReply,
	PutBack,
	QueuesReply,
	RegisteredNode,
	Registry,
	RetryOutcome,
	RetryReply,
	RevokeReply,
	RoutedCount,
	ShardCounts,
} from "../ports.ts";
import { unsettled } from "../ports.ts";
import { decodeNodeRecord } from "./node-codec.ts";
import type { Reply } from "./redis/connection.ts";
import { decodeFields, decodeTaskText } from "./task-codec.ts";

type Flat = (string | number)[];

/** Values of one node in the answer of `nodes.lua`, … */
const NODE_STRIDE = 5;
const ROUTE_STRIDE = 3;
const QUEUE_STRIDE = 6;
const BUSY_STRIDE = 3;
const CANCEL_CODES = { 0: "none", 1: "same", 3: "ended" } as Readonly<
	Record<number, "none" | "same" | "ended">
>;

/**
 * The reply, unless it is a refusal. @throws StoreError if the shard does not have the
 * number of shards that this node uses.
 */
export function settled(reply: Reply): Reply {
	if (reply === "unsettled") throw unsettled();
	return reply;
}

export function decodeOpen(reply: Reply): OpenReply {
	const [code, epoch, generation, run, nowMs, previous, name] = reply as [
		...[string, number, number, string, number, string, string],
	];
	if (code === "other_shards")
		return { ok: false, code, shards: Number(epoch) };
	if (code === "late") return { ok: false, code, nowMs: Number(epoch) };
	if (code !== "ok") return { ok: false, code: code as "older_life" };
	return {
		...{ ok: true, epoch, generation, run, nowMs, name },
		previous: previous === "" ? undefined : previous,
	};
}

export function decodeCancel(reply: Reply): CancelOutcome[] {
	return (reply as (number | string)[]).map((answer): CancelOutcome => {
		if (answer === 2) return { code: "cancelled", holder: undefined };
		if (typeof answer === "number")
			return { code: CANCEL_CODES[answer] ?? "none" };
		return answer.startsWith("2 ")
			? { code: "cancelled", holder: answer.slice(2) }
			: { code: "marked", holder: answer };
	});
}

const CHANGE_CODES = ["none", "not_waiting", "other", "early"] as const;

export function decodeChange(reply: Reply): ChangeReply {
	const [answer, nowMs, expires, ...values] = reply as [
		...[number | string, number, string],
		...Flat,
	];
	const isDue = typeof answer === "string";
	if (!isDue && answer < CHANGE_CODES.length)
		return { code: CHANGE_CODES[answer] ?? "none" };
	return {
		...{ code: "changed", nowMs },
		dueMs: isDue ? Number(answer) : undefined,
		expiresMs: expires === "0" ? undefined : Number(expires),
		waiting: countsOf(values),
	};
}

const RETRY_OUTCOMES: readonly RetryOutcome[] = [
	...(["none", "other_round", "not_ended", "succeeded", "pending"] as const),
];

export function decodeRetry(reply: Reply): RetryReply {
	const [now, answers, ...values] = reply as [
		...[string, (number | string)[]],
		...Flat,
	];
	const outcomes = answers.map((answer): RetryOutcome => {
		if (typeof answer === "string") return { dueMs: Number(answer) };
		return RETRY_OUTCOMES[answer] ?? "none";
	});
	return { nowMs: Number(now), outcomes, reopened: countsOf(values) };
}

export function decodeElapse(reply: Reply): ElapseReply {
	const [nowMs, next, expired, ...values] = reply as [
		...[number, string, string],
		...Flat,
	];
	return {
		nowMs,
		nextTimeMs: next === "" ? undefined : Number(next),
		expiredIds: expired === "" ? [] : expired.split(" "),
		promoted: countsOf(values),
	};
}

export function decodeClaim(reply: Reply): ClaimReply {
	const [code, left = "", claimedMs, firstToken, ids = "", ...texts] =
		reply as [...[string, string, number, number, string], ...string[]];
	if (code !== "ok") {
		return { ok: false, code: code as "no_lease" | "stale_generation" };
	}
	const names = ids.split(" ");
	const tasks = texts.map((text, i): ClaimedTask => {
		const task = decodeTaskText(text);
		return {
			id: names[i] as string,
			route: task.route,
			priority: task.priority,
			options: task.options,
			payload: task.payload,
			token: firstToken + i,
			attempt: task.attempts + 1,
			createdMs: task.createdMs,
			claimedMs,
			round: task.round,
			failures: task.failures,
			crashes: task.crashes,
			losses: task.losses,
		};
	});
	return { ok: true, tasks, waiting: left.split(" ").map(Number) };
}

/** Decodes what became of each of so many ends. */
export function decodeComplete(
	reply: Reply,
	ends: number,
): { outcomes: EndOutcome[]; kept: Readonly<Record<EndKind, Kept>> } {
	const [number, bytes, failures, failureBytes, ...stale] = reply as [
		...[number, number, number, number],
		...number[],
	];
	const outcomes = Array<EndOutcome>(ends).fill("accepted");
	for (const number of stale) outcomes[number - 1] = "stale_token";
	const kept = {
		successes: { number, bytes },
		failures: { number: failures, bytes: failureBytes },
	};
	return { outcomes, kept };
}

export function decodeRevoke(reply: Reply): RevokeReply {
	const [code, ...rest] = reply as [string, ...Flat];
	if (code === "suspect")
		return { ok: false, code, startedMs: Number(rest[0]) };
	if (code === "renewed") return { ok: false, code };
	const taken = code === "taken" && ({ taken: true } as const);
	const noDeath = code === "no_death" && ({ noDeath: true } as const);
	return { ok: true, ...taken, ...noDeath, ...decodePutBack(rest) };
}

export function decodePutBack(reply: Reply): PutBack {
	const [left, ...values] = reply as [number, ...Flat];
	return { putBack: countsOf(values), left };
}

/** Decodes the routes to which tasks have come to wait. */
function countsOf(values: Flat): RoutedCount[] {
	return strides(values, ROUTE_STRIDE)
		.map(([route, count, rank]) => ({
			route: route as string,
			count: count as number,
			topPriority: priorityOf(Number(rank)),
		}))
		.sort((a, b) => (a.route < b.route ? -1 : 1));
}

export function decodeQueues(reply: Reply): QueuesReply {
	const [nowMs, highest, last, ...values] = reply as [
		...[number, number, number],
		...Flat,
	];
	return {
		...{ nowMs, highest, next: last < 0 ? undefined : last },
		queues: strides(values, QUEUE_STRIDE).map(
			([route, count, id, place, started, scheduled]) => ({
				route: route as string,
				count: count as number,
				oldestId: id as string,
				oldestMs: msOfSeq(Number(place)),
				...{ started: Number(started), scheduled: Number(scheduled) },
			}),
		),
	};
}

/** Decodes the busy routes, in the order of their names. */
export function decodeBusy(reply: Reply): BusyRoute[] {
	return strides(reply as Flat, BUSY_STRIDE)
		.map(([route, started, scheduled]) => ({
			route: route as string,
			...{ started: Number(started), scheduled: Number(scheduled) },
		}))
		.sort((a, b) => (a.route < b.route ? -1 : 1));
}

export function decodeCounts(reply: Reply): ShardCounts {
	const [flat, routes, ...waiting] = reply as [Reply, number, ...Reply[]];
	const counts = decodeFields(flat);
	const count = (name: string) => Number(counts.get(name) ?? 0);
	const states = Object.fromEntries(
		TASK_STATES.map((state) => [state, count(state)]),
	);
	return {
		states: states as Record<TaskState, number>,
		accepted: count("accepted"),
		attempts: count("attempts"),
		stale: count("stale"),
		routes,
		waiting: [...decodeFields(waiting)]
			.map(([route, n]) => ({ route, count: Number(n) }))
			.sort((a, b) => (a.route < b.route ? -1 : 1)),
	};
}

/** Decodes the registry. Nodes whose records cannot be read are left out, and reported. */
export function decodeNodes(
	reply: Reply,
	unreadable: (record: string) => void,
): Registry {
	const [nowMs, steps, opens, lost, ...values] = reply as [
		...[number, string, string, string],
		...Flat,
	];
	const nodes: RegisteredNode[] = [];
	for (const [text, epoch, lease, running, asked] of strides(
		values,
		NODE_STRIDE,
	)) {
		const record = decodeNodeRecord(text as string);
		if (record === undefined) unreadable(text as string);
		else
			nodes.push({
				record,
				epoch: Number(epoch),
				expiresMs: lease === "" ? undefined : Number(lease),
				running: running as number,
				askedToDrain: asked === 1,
			});
	}
	nodes.sort((a, b) => (a.record.nodeId < b.record.nodeId ? -1 : 1));
	return {
		nowMs,
		clockStepsBack: Number(steps),
		opens: Number(opens),
		lostMs: Number(lost),
		nodes,
	};
}

function strides(values: Flat, stride: number): Flat[] {
	return Array.from({ length: values.length / stride }, (_, i) =>
		values.slice(i * stride, (i + 1) * stride),
	);
}
