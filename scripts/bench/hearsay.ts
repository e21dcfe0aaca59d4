/**
 * Hearsay as a contender: node processes, spoken to over HTTP alone.
 *
 * A node that shall accept and not run serves another queue than the one that
 * is used. A worker is then another node; the first goes on to answer how far
 * they have got, so that the watching does not weigh on what is watched.
 */
import { join } from "node:path";
import type { ItemAnswer, TaskAsRead } from "../../protocol/schema.ts";
import type { TaskState } from "../../protocol/state.ts";
import { PROGRAM_FILE } from "../build/program.ts";
import { type Child, startNode } from "./children.ts";
import {
	CONCURRENCY,
	type Contender,
	type Ground,
	type Scheduler,
	type TaskType,
} from "./contender.ts";
import { HttpDoor } from "./http-door.ts";
import { inPieces } from "./pieces.ts";
import { freePort } from "./port.ts";

const BULK_LINES = 2_000;
/** Requests of so many lines under way at once. */
const BULK_IN_FLIGHT = 2;
const LIST_LIMIT = 500;

const HANDLERS = new URL("handlers.ts", import.meta.url).pathname;

interface RunningNode {
	readonly child: Child;
	readonly port: number;
}

/** How the nodes of a run are made. */
interface Cluster {
	readonly ground: Ground;
	/** Flags of every node. */
	readonly flags: readonly string[];
}

async function startHearsay(
	{ ground: { redis, directory }, flags }: Cluster,
	role: "accepting" | "running",
): Promise<RunningNode> {
	const port = await freePort();
	const child = startNode("the node", PROGRAM_FILE, [
		"node",
		...["--redis", redis.url],
		...["--http", `127.0.0.1:${port}`],
		...["--p2p", "127.0.0.1:0"],
		...["--data", join(directory, `node-${port}`)],
		...["--handlers", HANDLERS],
		...["--concurrency", String(CONCURRENCY)],
		...(role === "accepting" ? ["--queues", "unused"] : []),
		...flags,
	]);
	await child.untilServing(port);
	return { child, port };
}

class Hearsay implements Scheduler {
	readonly #cluster: Cluster;
	readonly #node: RunningNode;
	readonly #door: HttpDoor;
	readonly #workers: RunningNode[] = [];

	constructor(cluster: Cluster, node: RunningNode, door: HttpDoor) {
		this.#cluster = cluster;
		this.#node = node;
		this.#door = door;
	}

	submit(type: TaskType, payload: object): Promise<void> {
		return this.#door.submit(type, payload);
	}

	call(type: TaskType, payload: object): Promise<void> {
		return this.#door.call(type, payload);
	}

	submitBulk(count: number, priorities = 0): Promise<void> {
		return inPieces(count, BULK_LINES, BULK_IN_FLIGHT, (from, length) =>
			this.#submitLines(from, length, priorities),
		);
	}

	async startWorker(): Promise<void> {
		this.#workers.push(await startHearsay(this.#cluster, "running"));
	}

	async running(): Promise<number> {
		return (await this.#counts()).STARTED;
	}

	async unfinished(): Promise<number> {
		const counts = await this.#counts();
		if (counts.FAILURE > 0) {
			throw new Error(`${counts.FAILURE} tasks of Hearsay failed`);
		}
		return counts.SCHEDULED + counts.PENDING + counts.STARTED;
	}

	async stamps(count: number): Promise<number[]> {
		const stamps: number[] = [];
		let cursor = "";
		while (stamps.length < count) {
			const page = await this.#door.read<{
				tasks: TaskAsRead[];
				cursor?: string;
			}>(`/v1/tasks?state=SUCCESS&limit=${LIST_LIMIT}${cursor}`);
			stamps.push(...page.tasks.map(({ result }) => Number(result)));
			if (page.cursor === undefined) break;
			cursor = `&cursor=${encodeURIComponent(page.cursor)}`;
		}
		return stamps.slice(0, count);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#door[Symbol.asyncDispose]();
		const nodes = [...this.#workers, this.#node];
		await Promise.all(nodes.map(({ child }) => child.stop()));
	}

	async #submitLines(
		from: number,
		length: number,
		priorities: number,
	): Promise<void> {
		const lines = Array.from({ length }, (_, i) => {
			const n = from + i;
			const priority =
				priorities > 0 ? `"priority":${1 + (n % priorities)},` : "";
			return `{"type":"noop",${priority}"payload":{"n":${n}}}`;
		});
		const body = await this.#door.submitLines(lines);
		// The answer as a whole is good where some of its items are.
		const problem: keyof ItemAnswer = "problem";
		const at = body.indexOf(`"${problem}"`);
		if (at >= 0) {
			throw new Error(`the node refused a task: ${body.slice(at, at + 200)}`);
		}
	}

	async #counts(): Promise<Record<TaskState, number>> {
		const { counts } = await this.#door.read<{
			counts: Record<TaskState, number>;
		}>("/v1/cluster");
		return counts;
	}
}

/** Its nodes get these flags, too. */
export function makeHearsay(flags: readonly string[]): Contender {
	return {
		async open(ground, role): Promise<Scheduler> {
			const cluster = { ground, flags };
			const node = await startHearsay(cluster, role);
			const door = new HttpDoor("the node", node.port);
			return new Hearsay(cluster, node, door);
		},
	};
}

export const hearsay = makeHearsay([]);
/** Its nodes find work by their sweeps alone. */
export const hearsaySweeping = makeHearsay(["--no-gossip"]);
