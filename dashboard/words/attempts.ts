/**
 * Where a task's time went: its attempts, what it waited between them, and how much of it was
 * lost with nodes.
 *
 * Times are of several clocks: those of nodes, Redis and the browser. None goes backwards here.
 */
import type { TaskAsListed } from "../../protocol/schema.ts";
import { isEnded } from "../../protocol/state.ts";

type AttemptAsRead = TaskAsListed["attempts"][number];

/** `lost`: with its node, or its worker; `back`: given back unfinished. */
export type AttemptKind =
	| "success"
	| "failed"
	| "lost"
	| "back"
	| "cancelled"
	| "runs";

export interface AttemptSpan {
	/** Its number over all rounds, from 1. */
	readonly number: number;
	readonly kind: AttemptKind;
	readonly fromMs: number;
	readonly toMs: number;
	readonly attempt: AttemptAsRead;
}

/** `wait`: its turn; `due`: its time; `retry`: its next try; `again`: its turn, after it was lost or given back; `ended`: nothing, until somebody tried it again. */
export type WaitKind = "wait" | "due" | "retry" | "again" | "ended";

export interface WaitSpan {
	readonly kind: WaitKind;
	readonly fromMs: number;
	readonly toMs: number;
}

export interface TaskTimes {
	readonly attempts: readonly AttemptSpan[];
	readonly waits: readonly WaitSpan[];
	readonly waitedMs: number;
	/** Time in attempts that came to nothing, since their node was lost or gave them back. */
	readonly lostMs: number;
	readonly ranMs: number;
}

const KINDS: Readonly<Record<string, AttemptKind>> = {
	success: "success",
	failure: "failed",
	timeout: "failed",
	"lease-lost": "lost",
	revoked: "lost",
	crashed: "lost",
	"handed-back": "back",
	snoozed: "back",
	cancelled: "cancelled",
};

export const kindOf = ({ end, endedAt }: AttemptAsRead): AttemptKind =>
	end === undefined && endedAt === undefined
		? "runs"
		: (KINDS[end ?? ""] ?? "back");

/** What each is, in a word. */
export const KIND_WORDS: Readonly<Record<AttemptKind, string>> = {
	success: "done",
	failed: "failed",
	lost: "lost",
	back: "given back",
	cancelled: "cancelled",
	runs: "running",
};

/** The state whose glyph and colour it has. */
export const KIND_GLYPHS = {
	success: "SUCCESS",
	failed: "FAILURE",
	lost: "dead",
	back: "draining",
	cancelled: "CANCELLED",
	runs: "STARTED",
} as const satisfies Readonly<Record<AttemptKind, string>>;

type Timed = Pick<
	TaskAsListed,
	"state" | "attempt" | "attempts" | "createdAt" | "dueAt" | "finishedAt"
>;

export function timesOf(task: Timed, nowMs: number): TaskTimes {
	const attempts: AttemptSpan[] = [];
	const waits: WaitSpan[] = [];
	const createdMs = Date.parse(task.createdAt);
	const first = task.attempt - task.attempts.length + 1;
	let atMs = createdMs;
	let before: AttemptAsRead | undefined;
	for (const [index, attempt] of task.attempts.entries()) {
		const fromMs = Math.max(atMs, Date.parse(attempt.claimedAt));
		// Attempts that are no longer kept may have come before the first that is.
		if (index > 0 || first === 1)
			addWaits(waits, task, before, attempt, atMs, fromMs);
		const toMs = Math.max(fromMs, endOf(attempt, nowMs));
		const number = first + index;
		attempts.push({ number, kind: kindOf(attempt), fromMs, toMs, attempt });
		atMs = toMs;
		before = attempt;
	}
	if (task.state === "PENDING" || task.state === "SCHEDULED")
		addWaits(waits, task, before, undefined, atMs, Math.max(atMs, nowMs));
	else if (isEnded(task.state) && attempts.length === 0)
		addWaits(waits, task, before, undefined, atMs, endedMs(task, atMs));
	return { attempts, waits, ...sumsOf(attempts, waits) };
}

function endOf({ endedAt }: AttemptAsRead, nowMs: number): number {
	return endedAt === undefined ? nowMs : Date.parse(endedAt);
}

const endedMs = ({ finishedAt }: Timed, atMs: number): number =>
	Math.max(atMs, finishedAt === undefined ? atMs : Date.parse(finishedAt));

function addWaits(
	waits: WaitSpan[],
	{ dueAt, attempts }: Timed,
	before: AttemptAsRead | undefined,
	next: AttemptAsRead | undefined,
	fromMs: number,
	toMs: number,
): void {
	const add = (kind: WaitKind, from: number, to: number) =>
		to > from && waits.push({ kind, fromMs: from, toMs: to });
	const isNewest = next === undefined || next === attempts.at(-1);
	// When earlier waits were due is not known.
	const dueMs = isNewest && dueAt !== undefined ? Date.parse(dueAt) : fromMs;
	const turnMs = Math.min(Math.max(dueMs, fromMs), toMs);
	if (before === undefined) {
		add("due", fromMs, turnMs);
		return void add("wait", turnMs, toMs);
	}
	if (next !== undefined && next.round !== before.round)
		return void add("ended", fromMs, toMs);
	const kind = kindOf(before);
	if (kind === "lost") return void add("again", fromMs, toMs);
	add("retry", fromMs, isNewest ? turnMs : toMs);
	if (isNewest) add(kind === "back" ? "again" : "wait", turnMs, toMs);
}

function sumsOf(
	attempts: readonly AttemptSpan[],
	waits: readonly WaitSpan[],
): Pick<TaskTimes, "waitedMs" | "lostMs" | "ranMs"> {
	const sum = (spans: readonly { fromMs: number; toMs: number }[]) =>
		spans.reduce((all, { fromMs, toMs }) => all + toMs - fromMs, 0);
	const isLost = ({ kind, attempt }: AttemptSpan) =>
		kind === "lost" || attempt.end === "handed-back";
	return {
		waitedMs: sum(waits.filter(({ kind }) => kind !== "ended")),
		lostMs: sum(attempts.filter(isLost)),
		ranMs: sum(attempts.filter((each) => !isLost(each))),
	};
}
