/** A real cluster in which a node runs eight tasks that others have room for: what a death is seen by. */
import { Cluster, until } from "../cluster.ts";

export const SLOTS = 8;

/** Nodes 1 to 3 run tasks; the fourth runs none, and serves the page. */
export function startHandover(): Promise<Cluster> {
	const flags = (name: string, ...more: string[]) => [
		...["--name", name, "--concurrency", String(SLOTS), ...more],
	];
	return Cluster.start({
		nodes: [
			// The third alone has no such label: what needs it keeps the others busy.
			flags("node-1", "--labels", "busy"),
			flags("node-2", "--labels", "busy"),
			flags("node-3"),
			flags("node-4", "--queues", "none"),
		],
	});
}

/** Resolves when the third node runs `moves-0` to `moves-7`, and the first two run nothing. */
export async function fill(cluster: Cluster): Promise<void> {
	const many = (count: number, of: (at: number) => object) =>
		Array.from({ length: count }, (_, at) => of(at));
	const front = cluster.node(4);
	const running = async (at: number) =>
		(await front.peers()).find(({ id }) => id === cluster.node(at).id)?.running;
	const runs = (at: number, count: number) =>
		until(
			() => running(at),
			(now) => now === count,
		);
	await front.post(
		"/v1/tasks",
		many(2 * SLOTS, (at) => task(`busy-${at}`, { labels: ["busy"] })),
	);
	for (const at of [1, 2]) await runs(at, SLOTS);
	await front.post(
		"/v1/tasks",
		many(SLOTS, (at) => task(`moves-${at}`)),
	);
	await runs(3, SLOTS);
	for (let at = 0; at < 2 * SLOTS; at++)
		await front.post(`/v1/tasks/busy-${at}/cancel`, {});
	for (const at of [1, 2]) await runs(at, 0);
}

const task = (id: string, more: object = {}) => ({
	...{ id, type: "process_task", payload: { durationMs: 300_000 }, ...more },
});
