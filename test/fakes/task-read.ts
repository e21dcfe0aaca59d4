/** How a task is read in memory by somebody who can take only so many bytes. */
import type { TaskRead } from "../../node/ports.ts";
import { isEnded } from "../../protocol/state.ts";
import type { TaskRecord } from "../../protocol/task.ts";

export function readWithin(
	record: TaskRecord | undefined,
	bytesMax = Number.POSITIVE_INFINITY,
): TaskRead {
	if (record === undefined) return undefined;
	const bytes = bytesOf(record);
	if (bytes <= bytesMax) return record;
	return { bytes, isEnded: isEnded(record.state) };
}

/** About as many as a store keeps of it. */
function bytesOf({
	payload,
	result = "",
	error,
	attempts,
}: TaskRecord): number {
	const errors = JSON.stringify([error, attempts]);
	return Buffer.byteLength(payload + result + errors);
}
