/** What the store's twin tells a submission of the task that has its id. */
import type { KnownTask } from "../../node/ports.ts";
import {
	type JsonText,
	LEFT_OUT,
	type TaskRecord,
} from "../../protocol/task.ts";

export function knownTask(
	record: TaskRecord | undefined,
	sent: { readonly payload: JsonText },
): KnownTask | undefined {
	if (record === undefined) return undefined;
	const { id, route, priority, options, state, attempt, attempts } = record;
	const isAsLong =
		Buffer.byteLength(record.payload) === Buffer.byteLength(sent.payload);
	const running = state === "STARTED" ? attempts.at(-1) : undefined;
	return {
		...{ id, route, priority, options, state, attempt },
		payload: isAsLong ? record.payload : LEFT_OUT,
		...(running && { running }),
	};
}
