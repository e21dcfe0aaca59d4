/**
 * Makes from what the run wrote down a history that the checker can judge.
 *
 * A run of task code whose process ended is over with it. A run that fell silent in a
 * process that lives on has been ended by force, at a moment that nobody wrote down: no
 * stop is recorded, and the checker takes the run to go on.
 *
 * A node that is cut off from Redis is excused only if another node has come meanwhile,
 * according to the openings of sessions. If these are not known, it is excused like a
 * paused one.
 */
import type { HistoryEvent } from "../../test/checker/history.ts";
import { type FaultRecord, losesStore } from "./fault.ts";
import type { Life } from "./member.ts";
import type { Looked } from "./reading.ts";
import type { Run } from "./run-line.ts";
import type { Submission } from "./workload.ts";

export interface Recording {
	readonly startMs: number;
	readonly submissions: readonly Submission[];
	readonly runs: readonly Run[];
	readonly faults: readonly FaultRecord[];
	readonly nodes: readonly { readonly name: string; readonly lives: Life[] }[];
	/** Openings of sessions; none if they are not known. */
	readonly openings: readonly {
		readonly node: string;
		readonly atMs: number;
	}[];
	/** The list's answer, then that of each task. */
	readonly reads: readonly (readonly Looked[])[];
	readonly readMs: number;
	readonly healedMs: number;
	readonly flaws: readonly { readonly atMs: number; readonly what: string }[];
	/** Whether a killed Redis may lose what it has acknowledged. */
	readonly forgets: boolean;
}

/** Moments count from the start of the run, in ms. */
export function writeHistory(recording: Recording): HistoryEvent[] {
	const at = (ms: number) => Math.round((ms - recording.startMs) * 10) / 10;
	const { flaws, healedMs, openings } = recording;
	return [
		...recording.submissions.flatMap((each) => submitEvents(each, at)),
		...runEvents(recording, at),
		...recording.faults.flatMap((fault) => faultEvents(fault, recording, at)),
		...openings.map(({ node, atMs }) => {
			return { kind: "opened", atMs: at(atMs), node } as const;
		}),
		{ kind: "healed", atMs: at(healedMs) },
		...readEvents(recording, at),
		...flaws.map(({ atMs, what }) => {
			return { kind: "flaw", atMs: at(atMs), what } as const;
		}),
	];
}

type At = (ms: number) => number;

function submitEvents(
	{ task, expected, sentMs, answeredMs, outcome }: Submission,
	at: At,
): HistoryEvent[] {
	const { id = "", type, priority = 0 } = task;
	const sent = { kind: "submit", atMs: at(sentMs), id } as const;
	return [
		{ ...sent, route: type, priority, expected },
		{ kind: "submitted", atMs: at(answeredMs), id, outcome },
	];
}

function runEvents({ runs, nodes }: Recording, at: At): HistoryEvent[] {
	const nodeOf = new Map(
		nodes.flatMap(({ name, lives }) =>
			lives.map((life) => [life.pid, { name, life }] as const),
		),
	);
	return runs.flatMap(({ id, token, pid, parent, startMs, overMs, how }) => {
		const node = nodeOf.get(pid) ?? nodeOf.get(parent);
		const where = { id, token, node: node?.name ?? `pid ${pid}` };
		const stopMs = overMs ?? node?.life.endedMs;
		const events: HistoryEvent[] = [
			{ kind: "start", atMs: at(startMs), ...where },
		];
		if (stopMs === undefined) return events;
		const over = { atMs: at(stopMs), ...where };
		if (how === "end") events.push({ kind: "effect", ...over });
		events.push({ kind: "stop", ...over });
		return events;
	});
}

function faultEvents(
	{ kind, cut, nodes, atMs, untilMs }: FaultRecord,
	{ healedMs, forgets }: Recording,
	at: At,
): HistoryEvent[] {
	if (kind === "redis-restart" && forgets) {
		return [{ kind: "lost-writes", atMs: at(atMs) }];
	}
	// A node that only misses its peers has nothing to excuse it.
	const isCutOff = cut !== undefined && losesStore(cut);
	if (kind !== "pause" && !isCutOff) return [];
	const why = kind === "pause" ? "paused" : "cut-off";
	const when = { fromMs: at(atMs), untilMs: at(untilMs ?? healedMs) };
	return nodes.map((node) => ({ kind: "impaired", node, why, ...when }));
}

function readEvents(
	{ submissions, reads, readMs }: Recording,
	at: At,
): HistoryEvent[] {
	const known = new Set(submissions.map(({ task }) => task.id ?? ""));
	return reads.flatMap((looked) => {
		const there = new Set(looked.map(({ task }) => task.id));
		const absent = [...known].filter((id) => !there.has(id));
		return [
			...looked.map((each) => readEvent(each, at)),
			...absent.map((id) => {
				return { kind: "absent", atMs: at(readMs), id } as const;
			}),
		];
	});
}

function readEvent({ atMs, task }: Looked, at: At): HistoryEvent {
	const { id, state, attempts, result, error } = task;
	return {
		...{ kind: "read", atMs: at(atMs), id, state },
		attempts: attempts.map(({ token, node, end }) => {
			return { token, node, ...(end && { end }) };
		}),
		...(isTokened(result) && { resultToken: result.token }),
		...(error && { errorCode: error.code }),
	};
}

function isTokened(result: unknown): result is { token: number } {
	return typeof result === "object" && result !== null && "token" in result;
}
