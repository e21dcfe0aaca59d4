/**
 * A history: what was seen of a cluster from outside, as plain JSON.
 *
 * Clients record what they submitted and what they were told. Task code records its
 * starts and what it did, with its token. Whoever makes trouble records whom it hit and
 * when. In the end all tasks are read back, twice. All times are milliseconds of one
 * observer's clock. The simulator and the chaos run record the same events, and the
 * checker judges both.
 */
import type { ClientEvent } from "./clients.ts";
import type { ReadingEvent } from "./readings.ts";
import type {
	ClockStepEvent,
	MiscountEvent,
	MisplacedEvent,
	OutnumberedEvent,
	OverdueEvent,
	RefusingEvent,
	ShardAwayEvent,
	TwoNumbersEvent,
	UnlistedEvent,
	UnmissedEvent,
	UntoldEvent,
	WaitedEvent,
	WritesRefusedEvent,
} from "./sightings.ts";
import {
	addTo,
	emptyTask,
	isOfTask,
	type RunEvent,
	type TaskHistory,
} from "./task-history.ts";

export type HistoryEvent =
	| ClientEvent
	| RunEvent
	| ToldToStopEvent
	| ImpairedEvent
	| UnlistedEvent
	| WaitedEvent
	| OverdueEvent
	| UnmissedEvent
	| OpenedEvent
	| TwoNumbersEvent
	| OutnumberedEvent
	| MisplacedEvent
	| RefusingEvent
	| ShardAwayEvent
	| WritesRefusedEvent
	| ReadingEvent
	| ForgottenEvent
	| MiscountEvent
	| UntoldEvent
	| { readonly kind: "lost-writes"; readonly atMs: number }
	| ClockStepEvent
	| StoppingEvent
	| { readonly kind: "stopped"; readonly atMs: number; readonly node: string }
	| { readonly kind: "healed"; readonly atMs: number }
	| AtRiskEvent
	| FlawEvent;

/** Its cloud has said that the node's machine may soon be taken away. */
export interface AtRiskEvent {
	readonly kind: "at-risk";
	readonly atMs: number;
	readonly node: string;
}

/** The node has told the task's code to stop, before its end. */
export interface ToldToStopEvent {
	readonly kind: "told-to-stop";
	readonly atMs: number;
	readonly id: string;
	readonly token: number;
	readonly node: string;
	readonly reason: string;
}

/** The node was not its own master between these times. */
export interface ImpairedEvent {
	readonly kind: "impaired";
	readonly node: string;
	readonly why: "paused" | "cut-off" | "gone";
	readonly fromMs: number;
	readonly untilMs: number;
}

/** The store has opened a session of the node, whether or not the node has heard about it. */
export interface OpenedEvent {
	readonly kind: "opened";
	readonly atMs: number;
	readonly node: string;
}

/**
 * The store has discarded an ended task because a node asked it to (past its time, or for
 * room), or has deleted one because somebody wished it.
 */
interface ForgottenEvent {
	readonly kind: "forgotten";
	readonly atMs: number;
	readonly id: string;
	readonly why: "trimmed" | "deleted";
}

/** A node was told to stop, and has to be gone within this time. */
export interface StoppingEvent {
	readonly kind: "stopping";
	readonly atMs: number;
	readonly node: string;
	readonly withinMs: number;
}

/** Something that is wrong in itself: a node that ended by itself, a slot that never came free. */
export interface FlawEvent {
	readonly kind: "flaw";
	readonly atMs: number;
	readonly what: string;
}

/** A history ordered by task, and what concerns all tasks. */
export interface History {
	readonly tasks: ReadonlyMap<string, TaskHistory>;
	readonly impaired: readonly ImpairedEvent[];
	readonly unlisted: readonly UnlistedEvent[];
	readonly waited: readonly WaitedEvent[];
	readonly overdue: readonly OverdueEvent[];
	readonly unmissed: readonly UnmissedEvent[];
	readonly clockStepsMs: readonly number[];
	/** By how much the store's clock was put back, in total. */
	readonly setBackMs: number;
	readonly opened: readonly OpenedEvent[];
	readonly atRisk: readonly AtRiskEvent[];
	readonly twoNumbers: readonly TwoNumbersEvent[];
	readonly outnumbered: readonly OutnumberedEvent[];
	readonly misplaced: readonly MisplacedEvent[];
	readonly refusing: readonly RefusingEvent[];
	readonly shardsAway: readonly ShardAwayEvent[];
	readonly writesRefused: readonly WritesRefusedEvent[];
	readonly toldToStop: readonly ToldToStopEvent[];
	readonly lostWritesMs: readonly number[];
	readonly miscounts: readonly MiscountEvent[];
	readonly untold: readonly UntoldEvent[];
	readonly forgotten: ReadonlySet<string>;
	/** When tasks were deleted, by id. */
	readonly deleted: ReadonlyMap<string, readonly number[]>;
	readonly healedMs: number | undefined;
	readonly flaws: readonly FlawEvent[];
	readonly stops: readonly Stop[];
}

/** How a node left. `goneMs`: when it had ended; undefined if it never did. */
export interface Stop extends StoppingEvent {
	readonly goneMs: number | undefined;
}

export function readHistory(events: readonly HistoryEvent[]): History {
	const tasks = new Map<string, TaskHistory>();
	for (const event of events) {
		if (!isOfTask(event)) continue;
		const known = tasks.get(event.id) ?? emptyTask(event.id);
		tasks.set(event.id, known);
		addTo(known, event);
	}
	const forgotten = events.filter((event) => event.kind === "forgotten");
	const clockSteps = events.filter((event) => event.kind === "clock-step");
	return {
		tasks,
		impaired: events.filter((event) => event.kind === "impaired"),
		unlisted: events.filter((event) => event.kind === "unlisted"),
		waited: events.filter((event) => event.kind === "waited"),
		overdue: events.filter((event) => event.kind === "overdue"),
		unmissed: events.filter((event) => event.kind === "unmissed"),
		clockStepsMs: clockSteps.map(({ atMs }) => atMs),
		setBackMs: setBackMsOf(events),
		opened: events.filter((event) => event.kind === "opened"),
		atRisk: events.filter((event) => event.kind === "at-risk"),
		twoNumbers: events.filter((event) => event.kind === "two-numbers"),
		outnumbered: events.filter((event) => event.kind === "outnumbered"),
		refusing: events.filter((event) => event.kind === "refusing"),
		shardsAway: events.filter((event) => event.kind === "shard-away"),
		writesRefused: events.filter((event) => event.kind === "writes-refused"),
		misplaced: events.filter((event) => event.kind === "misplaced"),
		toldToStop: events.filter((event) => event.kind === "told-to-stop"),
		lostWritesMs: events
			.filter((event) => event.kind === "lost-writes")
			.map(({ atMs }) => atMs),
		miscounts: events.filter((event) => event.kind === "miscount"),
		untold: events.filter((event) => event.kind === "untold"),
		forgotten: new Set(forgotten.map(({ id }) => id)),
		deleted: timesOf(forgotten.filter(({ why }) => why === "deleted")),
		healedMs: events.find((event) => event.kind === "healed")?.atMs,
		flaws: events.filter((event) => event.kind === "flaw"),
		stops: stopsIn(events),
	};
}

/**
 * By how much the store's clock was put back, in total; having also been put forward does
 * not reduce it.
 */
export function setBackMsOf(events: readonly HistoryEvent[]): number {
	return events
		.filter((event) => event.kind === "clock-step")
		.reduce((sum, { byMs }) => sum + Math.max(0, -byMs), 0);
}

function stopsIn(events: readonly HistoryEvent[]): Stop[] {
	const ends = events.filter((event) => event.kind === "stopped");
	return events
		.filter((event) => event.kind === "stopping")
		.map((stopping) => {
			const { node, atMs } = stopping;
			const end = ends.find((end) => end.node === node && end.atMs >= atMs);
			return { ...stopping, goneMs: end?.atMs };
		});
}

function timesOf(events: readonly ForgottenEvent[]) {
	const times = new Map<string, number[]>();
	for (const { id, atMs } of events)
		times.set(id, [...(times.get(id) ?? []), atMs]);
	return times;
}
