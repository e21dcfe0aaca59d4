/**
 * Hearsay as a contender: node processes, spoken to over HTTP alone.
 *
 * A node that shall accept and not run serves another queue than the one that
 * is used. A worker is then a second node; the first goes on to answer how far
 * it has got, so that the watching does not weigh on what is watched.
 */
import { join } from "node:path";
import type { ItemAnswer, TaskAsRead } from "../../protocol/schema.ts";
import type { TaskState } from "../../protocol/state.ts";
import { type Child, startNode } from "./children.ts";
import {
	CONCURRENCY,
	type Contender,
	type Ground,
	IN_FLIGHT,
	type Scheduler,
	type TaskType,
} from "./contender.ts";
import { HttpConnections } from "./http-connections.ts";
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

async function startHearsay(
	{ redis, directory }: Ground,
	role: "accepting" | "running",
): Promise<RunningNode> {
	const port = await freePort();
	const child = startNode("the node", "node/main.ts", [
		"node",
		...["--redis", redis.url],
		...["--http", `127.0.0.1:${port}`],
		...["--p2p", "127.0.0.1:0"],
		...["--data", join(directory, `node-${port}`)],
		...["--handlers", HANDLERS],
		...["--concurrency", String(CONCURRENCY)],
		...(role === "accepting" ? ["--queues", "unused"] : []),
	]);
	await child.untilReady(async () => {
		const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(
			() => undefined, // It does not listen yet.
		);
		await answer?.body?.cancel();
		return answer?.ok ?? false;
	});
	return { child, port };
}

class Hearsay implements Scheduler {
	readonly #ground: Ground;
	readonly #node: RunningNode;
	readonly #connections: HttpConnections;
	#worker: RunningNode | undefined;

	constructor(ground: Ground, node: RunningNode, connections: HttpConnections) {
		this.#ground = ground;
		this.#node = node;
		this.#connections = connections;
	}

	async submit(type: TaskType, payload: object): Promise<void> {
		const body = JSON.stringify({ type, payload });
		await this.#post(body, "application/json");
	}

	submitBulk(count: number): Promise<void> {
		return inPieces(count, BULK_LINES, BULK_IN_FLIGHT, (from, length) =>
			this.#submitLines(from, length),
		);
	}

	async startWorker(): Promise<void> {
		this.#worker = await startHearsay(this.#ground, "running");
	}

	async unfinished(): Promise<number> {
		const { counts } = await this.#get<{ counts: Record<TaskState, number> }>(
			"/v1/cluster",
		);
		if (counts.FAILURE > 0) {
			throw new Error(`${counts.FAILURE} tasks of Hearsay failed`);
		}
		return counts.SCHEDULED + counts.PENDING + counts.STARTED;
	}

	async stamps(count: number): Promise<number[]> {
		const stamps: number[] = [];
		let cursor = "";
		while (stamps.length < count) {
			const page = await this.#get<{ tasks: TaskAsRead[]; cursor?: string }>(
				`/v1/tasks?state=SUCCESS&limit=${LIST_LIMIT}${cursor}`,
			);
			stamps.push(...page.tasks.map(({ result }) => Number(result)));
			if (page.cursor === undefined) break;
			cursor = `&cursor=${encodeURIComponent(page.cursor)}`;
		}
		return stamps.slice(0, count);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#connections.close();
		await Promise.all([this.#worker?.child.stop(), this.#node.child.stop()]);
	}

	async #submitLines(from: number, length: number): Promise<void> {
		const lines = Array.from(
			{ length },
			(_, i) => `{"type":"noop","payload":{"n":${from + i}}}`,
		);
		const body = await this.#post(lines.join("\n"), "application/x-ndjson");
		// The answer as a whole is good where some of its items are.
		const problem: keyof ItemAnswer = "problem";
		const at = body.indexOf(`"${problem}"`);
		if (at >= 0) {
			throw new Error(`the node refused a task: ${body.slice(at, at + 200)}`);
		}
	}

	async #post(text: string, type: string): Promise<string> {
		const { status, body } = await this.#connections.post(
			"/v1/tasks",
			text,
			type,
		);
		if (status !== 202) throw new Error(`the node answered ${status}: ${body}`);
		return body;
	}

	async #get<T>(path: string): Promise<T> {
		const { status, body } = await this.#connections.get(path);
		if (status !== 200) throw new Error(`the node answered ${status}: ${body}`);
		return JSON.parse(body) as T;
	}
}

export const hearsay: Contender = {
	async open(ground, role): Promise<Scheduler> {
		const node = await startHearsay(ground, role);
		const connections = await HttpConnections.open(node.port, IN_FLIGHT);
		return new Hearsay(ground, node, connections);
	},
};
