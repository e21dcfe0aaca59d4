/** Decodes the answer of `failures.lua`. */
import { firstLineOf } from "../../protocol/first-line.ts";
import type { FailureGroup, FailuresReply } from "../ports.ts";
import { UNREADABLE_ERROR } from "./attempt-codec.ts";
import type { Reply } from "./redis/connection.ts";

const STRIDE = 6;
type Group = [string, string, string, number, string, number];

export function decodeFailures(reply: Reply): FailuresReply {
	const [nowMs, sinceMs, looked, endedMs, skip, ...values] = reply as [
		...[number, number, number, number, number],
		...(string | number)[],
	];
	const groups = Array.from({ length: values.length / STRIDE }, (_, i) =>
		decodeGroup(values.slice(i * STRIDE, (i + 1) * STRIDE) as Group),
	);
	const next = endedMs < 0 ? undefined : { endedMs, skip };
	return { nowMs, sinceMs, looked, groups, next };
}

function decodeGroup([type, code, line, count, id, ms]: Group): FailureGroup {
	const error = decodeTexts(code, line) ?? UNREADABLE_ERROR;
	return {
		...{ type, code: error.code, firstLine: firstLineOf(error.message) },
		...{ count, newestId: id, newestMs: ms },
	};
}

/**
 * The texts of an error as they stand in its JSON; undefined if that was damaged in the
 * store.
 */
function decodeTexts(code: string, line: string) {
	try {
		const [read, message] = JSON.parse(`["${code}","${line}"]`) as string[];
		return read ? { code: read, message: message ?? "" } : undefined;
	} catch {
		return undefined;
	}
}
