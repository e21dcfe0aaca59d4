/**
 * A task's part of a history: what its clients asked for and were told, what its code
 * recorded about its runs, and how it was read back.
 */
import type {
	CancelEvent,
	CancelledEvent,
	ClientEvent,
	PatchEvent,
	PatchedEvent,
	RemovedEvent,
	RemoveEvent,
	RetriedEvent,
	RetryEvent,
	SubmitEvent,
	SubmittedEvent,
	SweptEvent,
} from "./clients.ts";
import type { ReadEvent, ReadingEvent } from "./readings.ts";

export type RunEvent = StartEvent | EffectEvent | StopEvent | KillEvent;

export interface StartEvent {
	readonly kind: "start";
	readonly atMs: number;
	readonly id: string;
	readonly token: number;
	/** The round of the task; undefined if nobody said. */
	readonly round?: number;
	readonly node: string;
	/** How many tasks of its type may run on the node at once, if its handler says so. */
	readonly cap?: number;
}

/** The task's code has done its work, to the end. */
export interface EffectEvent {
	readonly kind: "effect";
	readonly atMs: number;
	readonly id: string;
	readonly token: number;
	readonly node: string;
}

/** The task's code no longer runs, for whatever reason. */
export interface StopEvent {
	readonly kind: "stop";
	readonly atMs: number;
	readonly id: string;
	readonly token: number;
	readonly node: string;
}

/** The task's code has ended the node that ran it, with everything that the node ran. */
export interface KillEvent {
	readonly kind: "kill";
	readonly atMs: number;
	readonly id: string;
	readonly token: number;
	readonly node: string;
}

type TaskEvent = ClientEvent | RunEvent | ReadingEvent;

export interface TaskHistory {
	readonly id: string;
	readonly submits: SubmitEvent[];
	readonly submitted: SubmittedEvent[];
	readonly cancels: CancelEvent[];
	readonly cancelled: CancelledEvent[];
	readonly retries: RetryEvent[];
	readonly retried: RetriedEvent[];
	readonly patches: PatchEvent[];
	readonly patched: PatchedEvent[];
	readonly removes: RemoveEvent[];
	readonly removed: RemovedEvent[];
	readonly sweeps: SweptEvent[];
	readonly starts: StartEvent[];
	readonly effects: EffectEvent[];
	readonly stops: StopEvent[];
	readonly kills: KillEvent[];
	/** The readings, in the order in which they were made, including `absent`. */
	readonly reads: ReadingEvent[];
}

export function emptyTask(id: string): TaskHistory {
	return {
		...{ id, submits: [], submitted: [], cancels: [], cancelled: [] },
		...{ retries: [], retried: [], patches: [], patched: [] },
		...{ removes: [], removed: [], sweeps: [], starts: [] },
		...{ effects: [], stops: [], kills: [], reads: [] },
	};
}

/** The list to which each kind of event belongs. */
const LISTS = {
	submit: "submits",
	submitted: "submitted",
	cancel: "cancels",
	cancelled: "cancelled",
	retry: "retries",
	retried: "retried",
	patch: "patches",
	patched: "patched",
	remove: "removes",
	removed: "removed",
	swept: "sweeps",
	start: "starts",
	effect: "effects",
	stop: "stops",
	kill: "kills",
	read: "reads",
	absent: "reads",
} as const satisfies Readonly<Record<TaskEvent["kind"], keyof TaskHistory>>;

export function isOfTask(event: { readonly kind: string }): event is TaskEvent {
	return event.kind in LISTS;
}

export function addTo(task: TaskHistory, event: TaskEvent): void {
	// Each list takes the events of its kind, as the table above says.
	(task[LISTS[event.kind]] as TaskEvent[]).push(event);
}

/** Whether a client was told that the task is in the store. */
export function isAccepted({ submitted }: TaskHistory): boolean {
	return submitted.some(({ outcome }) => outcome === "ok");
}

/** Whether the task may be in the store although nobody was told so. */
export function isPossible({ submits, submitted }: TaskHistory): boolean {
	return (
		submits.length > submitted.length ||
		submitted.some(({ outcome }) => outcome !== "refused")
	);
}

export function lastRead({ reads }: TaskHistory): ReadEvent | undefined {
	const last = reads.at(-1);
	return last?.kind === "read" ? last : undefined;
}
