/**
 * Reading a task into the room that there is for its answer.
 *
 * How large a task is shows only when it is looked for. So a reader says how much it can take
 * as it is; of a task that is larger the store tells its size and nothing else, and it is
 * read once there is room for as much. What was read and cannot be kept is dropped, and read
 * again: nothing that waits holds memory. A small one is kept wherever it was read. A task
 * that is out of the reader's reach when it is read is none.
 */
import { isEnded } from "../../protocol/state.ts";
import type { Found, LargeTask, ReaderPlace, TaskRead } from "../ports.ts";

/** What was read, or the number of bytes for which there must be room before it can be. */
export type SoFar = Found | number;
type Read = (bytesMax: number) => Promise<TaskRead>;

/**
 * What `first` finds, if it may be kept, or what `read` finds once it may; undefined if there
 * is no place or no room for it. (It is given no task, but a way to read one: the caller of
 * an async function keeps what it passed.)
 */
export async function readInto(
	place: ReaderPlace,
	read: Read,
	first: () => Promise<SoFar> = () => readOnce(place, read),
): Promise<Found | undefined> {
	let found = withinReach(place, await first());
	for (;;) {
		const entered = place.enter(bytesFor(found), typeof found === "object");
		if (typeof found === "object") {
			if (entered === true) return found;
			found = 0;
		}
		if (!(await entered)) return undefined;
		found = withinReach(place, await readOnce(place, read));
	}
}

/** How large a task of others is shows nowhere: it is not found once there is room for it. */
function withinReach(place: ReaderPlace, found: SoFar): SoFar {
	if (typeof found === "number" || found.record === undefined) return found;
	return place.reaches(found.record.route) ? found : { record: undefined };
}

async function readOnce({ bytesMax }: ReaderPlace, read: Read): Promise<SoFar> {
	const found = await read(bytesMax);
	return isLarge(found) ? found.bytes : { record: found };
}

/** The task as an answer to a wait; undefined if it exists and has not ended. */
export function endOf(task: TaskRead): SoFar | undefined {
	if (isLarge(task)) return task.isEnded ? task.bytes : undefined;
	const isOver = task === undefined || isEnded(task.state);
	return isOver ? { record: task } : undefined;
}

export function isLarge(read: TaskRead): read is LargeTask {
	return read !== undefined && "bytes" in read;
}

/** Of what was read, what may be large; in bytes, as the store counts it. */
export function bytesFor(found: SoFar): number {
	if (typeof found === "number") return found;
	if (found.record === undefined) return 0;
	const { payload, result, error, attempts } = found.record;
	const errors = [error, ...attempts.map((attempt) => attempt.error)];
	let bytes = Buffer.byteLength(payload) + Buffer.byteLength(result ?? "");
	for (const each of errors)
		if (each !== undefined) bytes += Buffer.byteLength(JSON.stringify(each));
	return bytes;
}
