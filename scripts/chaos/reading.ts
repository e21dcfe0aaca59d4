/**
 * Reads the cluster through its public HTTP side, from whichever node answers.
 */
import { Refused } from "../../protocol/client/client.ts";
import { pagesOf } from "../../protocol/client/pages.ts";
import type { NodeAsRead } from "../../protocol/schema/nodes.ts";
import type { ClusterAsRead, TaskAsListed } from "../../protocol/schema.ts";
import { isEnded } from "../../protocol/state.ts";
import { nowMs, sleep } from "../bench/clock.ts";
import { clientOf } from "../client.ts";

/** Tasks that are looked at one by one, so many at once. */
const LOOKS_AT_ONCE = 16;
const LIST_LIMIT = 500;
const AGAIN_MS = 100;

/** The counts as the first node that answers reads them; undefined if none does. */
export async function readCluster(
	urls: readonly string[],
): Promise<ClusterAsRead | undefined> {
	const asked = urls.map((url) => clientOf(url).value("getCluster"));
	try {
		return await Promise.any(asked);
	} catch {
		return undefined; // All of them are in trouble: that is what chaos is for.
	}
}

/** @throws Refused, NoAnswer */
export async function readNodes(url: string): Promise<NodeAsRead[]> {
	return (await clientOf(url).value("listNodes")).nodes;
}

export interface Looked {
	readonly atMs: number;
	readonly task: TaskAsListed;
}

/**
 * Every task of the cluster whose id begins with this, by the pages of the list; if
 * others use the cluster, only tasks since the moment given.
 */
export async function listTasks(
	url: string,
	idPrefix: string,
	sinceWallMs = 0,
): Promise<Looked[]> {
	const looked: Looked[] = [];
	const query = { limit: LIST_LIMIT, full: true };
	for await (const { tasks } of pagesOf(clientOf(url), query)) {
		const atMs = nowMs();
		looked.push(...tasks.map((task) => ({ atMs, task })));
		const last = tasks.at(-1);
		if (last && Date.parse(last.createdAt) < sinceWallMs) break;
	}
	return looked.filter(({ task }) => task.id.startsWith(idPrefix));
}

/** Reads the tasks that exist one by one, asking all nodes in turn. */
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
			const answer = await clientOf(url).ask("getTask", { places: { id } });
			if (answer.ok) looked.push({ atMs: nowMs(), task: answer.value });
			else if (answer.problem.code !== "not_found") {
				throw new Refused(`${url} on ${id}`, answer.problem);
			}
		}
	};
	await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, look));
	return looked;
}

/** The nodes that answer now. */
export async function answeringOf(urls: readonly string[]): Promise<string[]> {
	const asked = await Promise.allSettled(urls.map(readNodes));
	return urls.filter((_, i) => asked[i]?.status === "fulfilled");
}

/**
 * Waits until each of these tasks has ended, or does not exist. Gives up if none of them
 * has ended for so long; returns how many are left then.
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
		// A node left while it was asked: all are asked again.
		if (looked === undefined) continue;
		const unended = looked.filter(({ task }) => !isEnded(task.state));
		if (unended.length < left.length) movedMs = nowMs();
		left = unended.map(({ task }) => task.id);
		if (left.length > 0) await sleep(AGAIN_MS);
	}
	return left.length;
}

export function unfinishedOf({ counts }: ClusterAsRead): number {
	return counts.SCHEDULED + counts.PENDING + counts.STARTED;
}

/** Waits until everything has ended; false if that takes too long. */
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
