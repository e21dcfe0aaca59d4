/** Why tasks of one shard of the store's twin failed: the newest first, a step at a time. */
import type {
	FailureGroup,
	FailuresReply,
	FailuresRequest,
} from "../../node/ports.ts";
import { firstLineOf } from "../../protocol/first-line.ts";
import { typeOf } from "../../protocol/route.ts";
import type { TaskRecord } from "../../protocol/task.ts";

export function failuresOf(
	all: readonly TaskRecord[],
	{ since, from, limit }: FailuresRequest,
	nowMs: number,
): FailuresReply {
	const sinceMs = "atMs" in since ? since.atMs : nowMs - since.agoMs;
	const endedMs = ({ finishedMs = 0 }: TaskRecord) => finishedMs;
	const upToMs = from?.endedMs ?? Number.POSITIVE_INFINITY;
	const failed = all
		.filter((task) => task.state === "FAILURE" && endedMs(task) >= sinceMs)
		.filter((task) => endedMs(task) <= upToMs)
		.sort((a, b) => endedMs(b) - endedMs(a) || (a.id < b.id ? 1 : -1));
	const skip = from?.skip ?? 0;
	const page = failed.slice(skip, skip + limit);
	const last = page.at(-1);
	const lastMs = last ? endedMs(last) : upToMs;
	const sameMs = page.filter((task) => endedMs(task) === lastMs).length;
	const isLast = page.length < limit;
	return {
		...{ nowMs, sinceMs, looked: page.length, groups: grouped(page) },
		next: isLast
			? undefined
			: { endedMs: lastMs, skip: sameMs + (lastMs === upToMs ? skip : 0) },
	};
}

/** Failures grouped, in the order of the newest of each group. */
function grouped(page: readonly TaskRecord[]): FailureGroup[] {
	const groups = new Map<string, FailureGroup>();
	for (const { id, route, error, finishedMs = 0 } of page) {
		const { code = "", message = "" } = error ?? {};
		const alike = {
			type: typeOf(route),
			code,
			firstLine: firstLineOf(message),
		};
		const name = JSON.stringify(alike);
		const known = groups.get(name);
		const newest = known ?? { ...alike, newestId: id, newestMs: finishedMs };
		groups.set(name, { ...newest, count: (known?.count ?? 0) + 1 });
	}
	return [...groups.values()];
}
