/**
 * The checker: compares a recorded history with what the system promises, with one small
 * judge for each promise. Each judge says in a sentence what is broken, by whom and when.
 * The checker knows nothing about how the history came about.
 *
 * A store that lost writes may have lost accepted tasks. They are counted, not held
 * against the system; that tokens never repeat is promised even then.
 */
import { judgeAcceptance } from "./acceptance.ts";
import { judgeBooks } from "./books.ts";
import { judgeCancels } from "./cancels.ts";
import { judgeChanges } from "./changes.ts";
import { judgeDrained } from "./drained.ts";
import {
	type History,
	type HistoryEvent,
	type ImpairedEvent,
	readHistory,
} from "./history.ts";
import { judgeKillers, NODES_KILLED_MAX } from "./killers.ts";
import { judgeLastTurns, type LastTurnTerms } from "./last-turns.ts";
import { judgeListed } from "./listed.ts";
import { judgeMissed } from "./missed.ts";
import { judgeOneNumber } from "./one-number.ts";
import { judgeOneRun } from "./one-run.ts";
import { judgeOutcomes } from "./outcomes.ts";
import { judgeOverlaps, overlapsOf } from "./overlaps.ts";
import { judgePriorities } from "./priorities.ts";
import { judgeRemovals } from "./removals.ts";
import { judgeResults } from "./results.ts";
import { judgeRetries } from "./retries.ts";
import { judgeRounds } from "./rounds.ts";
import { judgeStopped } from "./stopped.ts";
import { isAccepted, lastRead } from "./task-history.ts";
import { judgePunctuality, judgeTimes } from "./times.ts";
import { judgeTokens } from "./tokens.ts";
import { judgeTold } from "./told.ts";
import { judgeToldAttempts } from "./told-attempts.ts";
import { judgeTransitions } from "./transitions.ts";
import { judgeCaps } from "./type-caps.ts";
import { judgeUndisturbed } from "./undisturbed.ts";
import { judgeWaits } from "./waits.ts";

export interface Terms {
	/** The time within which every accepted task ends once everything has healed. */
	readonly drainMs: number;
	/**
	 * The time within which a node stops what it has lost once it can hear again, by what had
	 * kept it from hearing.
	 */
	readonly stopMs: Readonly<Record<ImpairedEvent["why"], number>>;
	/** Whether nothing goes wrong. */
	readonly isUndisturbed?: boolean;
	/** The longest that a claim takes, if one node runs one task at a time, undisturbed. */
	readonly oneAtATimeWithinMs?: number;
	/** The time within which a node that could start a waiting task does so, by its sweep. */
	readonly startWithinMs?: number;
	/** The time within which any node that can deals with what is due. */
	readonly dueWithinMs?: number;
	/** The terms on which a node at risk takes new work last, if nothing goes wrong. */
	readonly lastTurn?: LastTurnTerms;
	/** The time within which a host that vanishes has lost its leases, if a peer can tell. */
	readonly missedWithinMs?: number;
}

export interface Breach {
	readonly promise: string;
	readonly what: string;
}

export interface Verdict {
	readonly breaches: readonly Breach[];
	readonly accepted: number;
	readonly ended: number;
	/** How many accepted tasks a store that lost writes has lost. */
	readonly lostToTheStore: number;
	readonly attempts: number;
	/** How many pairs of executions of one task overlapped in time. */
	readonly overlaps: number;
}

export function judge(events: readonly HistoryEvent[], terms: Terms): Verdict {
	const history = readHistory(events);
	const tasks = [...history.tasks.values()];
	const accepted = tasks.filter(isAccepted);
	return {
		breaches: judgements(history, terms).flatMap(([promise, whats]) =>
			whats.map((what) => ({ promise, what })),
		),
		accepted: accepted.length,
		ended: accepted.filter((task) => lastRead(task) !== undefined).length,
		lostToTheStore: accepted.filter(
			({ id, reads }) =>
				reads.at(-1)?.kind === "absent" && !history.forgotten.has(id),
		).length,
		attempts: tasks.reduce((sum, { starts }) => sum + starts.length, 0),
		overlaps: overlapsOf(history).length,
	};
}

type Judgement = readonly [promise: string, whats: readonly string[]];

/** All promises, and what breaks each. */
function judgements(history: History, terms: Terms): readonly Judgement[] {
	return [
		...judgeTasks(history, terms),
		...judgeTimely(history, terms),
		["a stopping node is gone by its bound", judgeStopped(history)],
		[
			"without trouble nothing is stopped, and no lease lost",
			terms.isUndisturbed ? judgeUndisturbed(history) : [],
		],
		["the store's books are right", judgeBooks(history)],
		[
			"a reader of events is told all that happens, or what is missing",
			judgeTold(history),
		],
		["nothing crashes or leaks", history.flaws.map(({ what }) => what)],
	];
}

/** Promises about what becomes of tasks, and of the nodes that run them. */
function judgeTasks(history: History, terms: Terms): readonly Judgement[] {
	return [
		[
			"every accepted task is there, and nothing else",
			judgeAcceptance(history),
		],
		["everything ends in bounded time", judgeDrained(history, terms.drainMs)],
		["tokens are unique and rise", judgeTokens(history, terms.stopMs)],
		["a result is taken from its newest token only", judgeResults(history)],
		["only listed transitions happen", judgeTransitions(history)],
		["a task ends as its code does", judgeOutcomes(history)],
		[
			`a task that ends its node takes down ${NODES_KILLED_MAX} at most`,
			judgeKillers(history),
		],
		[
			"executions overlap only while a holder is paused",
			judgeOverlaps(history, terms.stopMs),
		],
		["what a node runs, the store lists", judgeListed(history)],
		["no node runs a task twice at once", judgeOneRun(history)],
		["no node runs more of a type than its handler says", judgeCaps(history)],
		["what is told of attempts is so", judgeToldAttempts(history)],
		["a cluster has one number of shards", judgeOneNumber(history)],
	];
}

/** Promises about when things happen. */
function judgeTimely(history: History, terms: Terms): readonly Judgement[] {
	return [
		[
			"higher priorities go first",
			terms.oneAtATimeWithinMs === undefined
				? []
				: judgePriorities(history, terms.oneAtATimeWithinMs),
		],
		[
			"what waits beside an idle node is started by its sweep",
			terms.startWithinMs === undefined
				? []
				: judgeWaits(history, terms.startWithinMs),
		],
		[
			"a node at risk is the last to take new work",
			terms.lastTurn === undefined
				? []
				: judgeLastTurns(history, terms.lastTurn),
		],
		["no task begins before its time, or after it", judgeTimes(history)],
		[
			"a task has one more round for each that was asked for",
			judgeRounds(history),
		],
		["what is cancelled begins no more, and ends", judgeCancels(history)],
		["a task is as it was changed last", judgeChanges(history)],
		["only what is to be deleted is, and stays so", judgeRemovals(history)],
		[
			"what fails is tried again as often as was asked for",
			judgeRetries(history),
		],
		[
			"what is due is seen to in time",
			terms.dueWithinMs === undefined
				? []
				: judgePunctuality(history, terms.dueWithinMs),
		],
		[
			"a host that vanishes is missed before its lease ends",
			terms.missedWithinMs === undefined
				? []
				: judgeMissed(history, terms.missedWithinMs),
		],
	];
}
