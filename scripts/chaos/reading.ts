/**
 * Reads the cluster through its public HTTP side, from whichever node answers.
 */
import type {
	ClusterAsRead,
	NodeAsRead,
	TaskAsRead,
} from "../../protocol/schema.ts";
import { isEnded, type TaskState } from "../../protocol/state.ts";
import { nowMs, sleep } from "../bench/clock.ts";

const ANSWER_MS_MAX = 5_000;
/** Looks at one task at a time, so many at once. */
const LOOKS_AT_ONCE = 16;
const LIST_LIMIT = 500;
const AGAIN_MS = 100;

/** With the counts of all states. */
export type ClusterLook = ClusterAsRead & {
	readonly counts: Readonly<Record<TaskState, number>>;
};

interface Page {
	readonly tasks: readonly TaskAsRead[];
	/** Absent on the last. */
	readonly cursor?: string;
}

/** @throws where it does not answer, or not with 200. */
async function get<T>(url: string, path: string): Promise<T> {
	const answer = await fetch(`${url}${path}`, {
		signal: AbortSignal.timeout(ANSWER_MS_MAX),
	});
	const body: unknown = await answer.json();
	if (!answer.ok) {
		throw new Error(`${url}${path}: ${answer.status} ${JSON.stringify(body)}`);
	}
	return body as T;
}

/** Counts as the first node that answers reads them; undefined where none does. */
export async function readCluster(
	urls: readonly string[],
): Promise<ClusterLook | undefined> {
	const asked = urls.map((url) => get<ClusterLook>(url, "/v1/cluster"));
	try {
		return await Promise.any(asked);
	} catch {
		return undefined; // All of them are in trouble: that is what chaos is for.
	}
}

export async function readNodes(url: string): Promise<NodeAsRead[]> {
	const { nodes } = await get<{ nodes: NodeAsRead[] }>(url, "/v1/nodes");
	return nodes;
}

export interface Looked {
	readonly atMs: number;
	readonly task: TaskAsRead;
}

/**
 * Every task of the cluster whose id begins so, by the pages of the list; where others
 * use the cluster, only by those with tasks since the moment given.
 */
export async function listTasks(
	url: string,
	idPrefix: string,
	sinceWallMs = 0,
): Promise<Looked[]> {
	const looked: Looked[] = [];
	let query = `?limit=${LIST_LIMIT}`;
	for (;;) {
		const page = await get<Page>(url, `/v1/tasks${query}`);
		const atMs = nowMs();
		looked.push(...page.tasks.map((task) => ({ atMs, task })));
		const last = page.tasks.at(-1);
		if (page.cursor === undefined) break;
		if (last && Date.parse(last.createdAt) < sinceWallMs) break;
		query = `?limit=${LIST_LIMIT}&cursor=${encodeURIComponent(page.cursor)}`;
	}
	return looked.filter(({ task }) => task.id.startsWith(idPrefix));
}

/** The tasks that are there, one by one, asking all nodes in turn. */
export async function lookAtTasks(
	urls: readonly string[],
	ids: readonly string[],
): Promise<Looked[]> {
	const looked: Looked[] = [];
	const rest = [...ids.entries()];
	const look = async () => {
		for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
			const [i, id] = next;
			const url = urls[i % urls.length] as string;
			const answer = await fetch(`${url}/v1/tasks/${id}`, {
				signal: AbortSignal.timeout(ANSWER_MS_MAX),
			});
			const body = await answer.json();
			if (answer.ok) looked.push({ atMs: nowMs(), task: body as TaskAsRead });
			else if (answer.status !== 404) {
				throw new Error(`${url} on ${id}: ${JSON.stringify(body)}`);
			}
		}
	};
	await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, look));
	return looked;
}

/** Those of the nodes that answer now. */
export async function answeringOf(urls: readonly string[]): Promise<string[]> {
	const asked = await Promise.allSettled(urls.map(readNodes));
	return urls.filter((_, i) => asked[i]?.status === "fulfilled");
}

/**
 * Until each of these tasks has ended, or is not there. Gives up when for so long none of
 * them has; how many are left then.
 */
export async function untilEnded(
	urls: readonly string[],
	ids: readonly string[],
	msMax: number,
	tell: (left: number) => void,
): Promise<number> {
	let left = [...ids];
	let movedMs = nowMs();
	while (left.length > 0 && nowMs() - movedMs < msMax) {
		tell(left.length);
		const answering = await answeringOf(urls);
		if (answering.length === 0) {
			await sleep(AGAIN_MS);
			continue;
		}
		const looked = await lookAtTasks(answering, left).catch(() => undefined);
		// A node that went while it was asked: all are asked again.
		if (looked === undefined) continue;
		const unended = looked.filter(({ task }) => !isEnded(task.state));
		if (unended.length < left.length) movedMs = nowMs();
		left = unended.map(({ task }) => task.id);
		if (left.length > 0) await sleep(AGAIN_MS);
	}
	return left.length;
}

export function unfinishedOf({ counts }: ClusterLook): number {
	return counts.SCHEDULED + counts.PENDING + counts.STARTED;
}

/** Until everything has ended; false where that takes too long. */
export async function untilDrained(
	urls: readonly string[],
	msMax: number,
): Promise<boolean> {
	const deadlineMs = nowMs() + msMax;
	while (nowMs() < deadlineMs) {
		const cluster = await readCluster(urls);
		if (cluster !== undefined && unfinishedOf(cluster) === 0) return true;
		await sleep(AGAIN_MS);
	}
	return false;
}
