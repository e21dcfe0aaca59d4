/**
 * "Same id, same task, always": whether a submission is the task that its id already
 * names, as that was submitted, whatever was changed since. Options and payloads are
 * compared as JSON values, so neither white space nor the order of an object's keys makes
 * a difference.
 */
import { type JsonText, LEFT_OUT, type NewTask } from "./task.ts";
import { submittedAs } from "./task-change.ts";
import { withoutTrace } from "./trace.ts";

export function isSameTask(a: NewTask, b: NewTask): boolean {
	const [one, other] = [submittedAs(a), submittedAs(b)];
	return (
		a.route === b.route &&
		one.priority === other.priority &&
		isSameJson(withoutTrace(one.options), withoutTrace(other.options)) &&
		isSamePayload(a.payload, b.payload)
	);
}

/** Whether two payloads are the same. One that is left out differs: it is not even as long (see `KnownTask`). */
function isSamePayload(a: JsonText, b: JsonText): boolean {
	if (a === b) return true;
	if (a === LEFT_OUT || b === LEFT_OUT) return false;
	return isSameJson(JSON.parse(a), JSON.parse(b));
}

function isSameJson(a: unknown, b: unknown): boolean {
	if (a === b) return true;
	if (typeof a !== "object" || typeof b !== "object") return false;
	if (a === null || b === null) return false;
	if (Array.isArray(a) !== Array.isArray(b)) return false;
	const keys = Object.keys(a);
	if (keys.length !== Object.keys(b).length) return false;
	const other = b as Readonly<Record<string, unknown>>;
	return keys.every(
		(key) =>
			Object.hasOwn(b, key) &&
			isSameJson((a as Readonly<Record<string, unknown>>)[key], other[key]),
	);
}
