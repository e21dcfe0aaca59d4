/**
 * A task that computes for five seconds without a break. It does so in a worker
 * thread: neither the node's API nor the renewal of its lease may notice.
 *
 * Both are watched for as long as the task spins, and before that for as long
 * without it. How old a lease is, its node tells: a renewal sets what is left
 * to LEASE_TTL_MS. A lease that ran out would start the task a second time, which
 * is checked at the end.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LEASE_TTL_MS } from "../../protocol/limits.ts";
import type { NodeAsRead, TaskAsRead } from "../../protocol/schema.ts";
import { nowMs, openLoop, sleep } from "./clock.ts";
import type { Ground } from "./contender.ts";
import { BenchNode } from "./cost-node.ts";
import type { Figures, Line, Measure } from "./measure.ts";
import { percentile } from "./stats.ts";
import type handlers from "./stress-handlers.ts";

const HANDLERS = new URL("stress-handlers.ts", import.meta.url).pathname;
const SPIN_MS = 5_000;
/** Of requests that submit a task, and as many that read one. */
const PER_SECOND = 50;
/** A little less, so that the last answer comes before the spinning ends. */
const WINDOW_MS = SPIN_MS - 500;
const LOOK_MS = 100;

const less = (title: string): Line => ({ title, unit: "ms", better: "lower" });

type Key = "api" | "apiWithout" | "lease" | "leaseWithout";

export const spin: Measure<Key> = {
	name: "spin",
	note: `A task spins for ${SPIN_MS / 1_000} s in a worker; ${PER_SECOND} tasks and ${PER_SECOND} reads a second go to the same node.`,
	lines: {
		api: less("API while a task spins, p99"),
		apiWithout: less("… before it, p99"),
		lease: less("oldest renewal of the lease while a task spins"),
		leaseWithout: less("… before it"),
	},
	sides: { hearsay: run },
};

async function run(ground: Ground): Promise<Figures<Key>> {
	const file = join(ground.directory, "spinning");
	rmSync(file, { force: true });
	await using node = await BenchNode.start(ground, ["--handlers", HANDLERS]);
	await watch(node, WINDOW_MS / 10);
	const before = await watch(node, WINDOW_MS);
	const payload: Parameters<typeof handlers.spin>[0] = { ms: SPIN_MS, file };
	const { id } = await node.submit({ type: "spin", payload });
	while (!existsSync(file)) await sleep(10);
	const during = await watch(node, WINDOW_MS);
	const running = await node.get<TaskAsRead>(`/v1/tasks/${id}`);
	if (running.state !== "STARTED") {
		throw new Error("the task ended before the watching did");
	}
	await node.drained();
	return {
		api: percentile(during.answersMs, 99),
		apiWithout: percentile(before.answersMs, 99),
		lease: Math.max(...during.leaseAgesMs),
		leaseWithout: Math.max(...before.leaseAgesMs),
	};
}

interface Watched {
	readonly answersMs: readonly number[];
	readonly leaseAgesMs: readonly number[];
}

async function watch(node: BenchNode, forMs: number): Promise<Watched> {
	const answersMs: number[] = [];
	const leaseAgesMs: number[] = [];
	const timed = async <T>(request: () => Promise<T>): Promise<T> => {
		const sentMs = nowMs();
		const answer = await request();
		answersMs.push(nowMs() - sentMs);
		return answer;
	};
	const ask = async () => {
		const { id } = await timed(() => node.submit({ type: "noop" }));
		await timed(() => node.get(`/v1/tasks/${id}`));
	};
	await Promise.all([
		openLoop((forMs / 1_000) * PER_SECOND, PER_SECOND, ask),
		openLoop(forMs / LOOK_MS, 1_000 / LOOK_MS, async () => {
			const { nodes } = await node.get<{ nodes: NodeAsRead[] }>("/v1/nodes");
			const own = nodes.find(({ pid }) => pid === node.pid);
			leaseAgesMs.push(LEASE_TTL_MS - (own?.leaseLeftMs ?? 0));
		}),
	]);
	return { answersMs, leaseAgesMs };
}
