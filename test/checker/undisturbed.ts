/**
 * If nothing goes wrong, no execution is stopped except on somebody's wish, and no lease
 * is lost.
 */
import type { History } from "./history.ts";
import { lastRead } from "./task-history.ts";

export function judgeUndisturbed({ tasks, toldToStop }: History): string[] {
	const unasked = toldToStop.filter(
		({ id, atMs }) =>
			!tasks.get(id)?.cancels.some((cancel) => cancel.atMs <= atMs),
	);
	const stopped = unasked.map(
		({ id, node, atMs, reason }) =>
			`${id} was told to stop by ${node} at ${atMs} ms: ${reason}`,
	);
	const lost = [...tasks.values()].flatMap((task) =>
		(lastRead(task)?.attempts ?? [])
			.filter(({ end }) => end === "lease-lost" || end === "revoked")
			.map(({ node, end }) => `${task.id} on ${node} ended as ${end}`),
	);
	return [...stopped, ...lost];
}
