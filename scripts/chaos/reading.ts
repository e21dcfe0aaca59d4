/**
 * Reads the cluster through its public HTTP side, from whichever node answers.
 */
import type {
	ClusterAsRead,
	NodeAsRead,
	TaskAsRead,
} from "../../protocol/schema.ts";
import type { TaskState } from "../../protocol/state.ts";
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

/** Every task of the cluster whose id begins so, by the pages of the list. */
export async function listTasks(
	url: string,
	idPrefix: string,
): Promise<Looked[]> {
	const looked: Looked[] = [];
	let query = `?limit=${LIST_LIMIT}`;
	for (;;) {
		const page = await get<Page>(url, `/v1/tasks${query}`);
		const atMs = nowMs();
		looked.push(...page.tasks.map((task) => ({ atMs, task })));
		if (page.cursor === undefined) break;
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
