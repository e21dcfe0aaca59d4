/**
 * A node process of Hearsay whose flags a measure chooses, and whose process
 * it can look at. Spoken to over HTTP alone.
 */
import { join } from "node:path";
import type {
	ClusterAsRead,
	ItemAnswer,
	NodeAsRead,
} from "../../protocol/schema.ts";
import { PROGRAM_FILE } from "../build/program.ts";
import { Child } from "./children.ts";
import { nowMs, sleep } from "./clock.ts";
import { CONCURRENCY, type Ground, IN_FLIGHT } from "./contender.ts";
import { type Answer, HttpConnections } from "./http-connections.ts";
import { inPieces } from "./pieces.ts";
import { freePort } from "./port.ts";
import type { Sample } from "./stats.ts";

/** A request of lines is held to this, however large the payloads. */
const BODY_BYTES = 1024 * 1024;
const LINES_MAX = 2_000;
const BULK_IN_FLIGHT = 2;
const POLL_MS = 20;
/** No task ended for so long: the node has stopped. */
const STALL_MS = 30_000;

/** A node that takes tasks and runs none: its queue is one that nobody uses. */
export const ACCEPTING = ["--queues", "unused"] as const;

export class BenchNode implements AsyncDisposable {
	readonly port: number;
	readonly pid: number;
	readonly #child: Child;
	readonly #connections: HttpConnections;

	/** `execArgs` are for Node.js itself. Resolves when the node is ready. */
	static async start(
		{ redis, directory }: Pick<Ground, "redis" | "directory">,
		flags: readonly string[] = [],
		execArgs: readonly string[] = [],
		program = PROGRAM_FILE,
	): Promise<BenchNode> {
		const port = await freePort();
		const path = new URL(`../../${program}`, import.meta.url).pathname;
		const args = [
			...[...execArgs, path, "node"],
			...["--redis", redis.url],
			...["--http", `127.0.0.1:${port}`],
			...["--p2p", "127.0.0.1:0"],
			...["--data", join(directory, `node-${port}`)],
			...["--concurrency", String(CONCURRENCY)],
			...flags,
		];
		// A node that has ended leaves its compiled code to those that start after it.
		const compiled = { NODE_COMPILE_CACHE: join(directory, "compiled") };
		const child = new Child("the node", process.execPath, args, compiled);
		await child.untilServing(port);
		const connections = new HttpConnections(port, IN_FLIGHT);
		const { body } = await connections.get("/v1/nodes");
		const { nodes } = JSON.parse(body) as { nodes: NodeAsRead[] };
		const own = nodes.find(({ http }) => http === `127.0.0.1:${port}`);
		if (own === undefined) throw new Error("the node does not know itself");
		return new BenchNode(port, own.pid, child, connections);
	}

	private constructor(
		port: number,
		pid: number,
		child: Child,
		connections: HttpConnections,
	) {
		this.port = port;
		this.pid = pid;
		this.#child = child;
		this.#connections = connections;
	}

	async get<T>(path: string): Promise<T> {
		const answer = await this.#connections.get(path);
		return JSON.parse(bodyOf(answer, 200)) as T;
	}

	async submit(task: object): Promise<{ readonly id: string }> {
		const body = JSON.stringify(task);
		const answer = await this.#connections.post(
			"/v1/tasks",
			body,
			"application/json",
		);
		return JSON.parse(bodyOf(answer, 202));
	}

	/** The same task so many times. */
	async submitAll(count: number, task: object): Promise<void> {
		const line = JSON.stringify(task);
		const lines = Math.floor(BODY_BYTES / line.length);
		const piece = Math.max(1, Math.min(lines, LINES_MAX));
		await inPieces(count, piece, BULK_IN_FLIGHT, async (_from, length) => {
			const answer = await this.#connections.post(
				"/v1/tasks",
				Array.from({ length }, () => line).join("\n"),
				"application/x-ndjson",
			);
			const body = bodyOf(answer, 202);
			// The answer as a whole is good where some of its items are.
			const problem: keyof ItemAnswer = "problem";
			const at = body.indexOf(`"${problem}"`);
			if (at >= 0) {
				throw new Error(`the node refused a task: ${body.slice(at, at + 200)}`);
			}
		});
	}

	cluster(): Promise<ClusterAsRead> {
		return this.get("/v1/cluster");
	}

	/** Tasks that have not ended. @throws where one has failed, or was started twice. */
	async unfinished(): Promise<number> {
		const { counts, totals } = await this.cluster();
		if (counts.FAILURE > 0) throw new Error(`${counts.FAILURE} tasks failed`);
		if (totals.attempts > totals.accepted) {
			throw new Error(
				`a lease was lost: ${totals.accepted} tasks were started ${totals.attempts} times`,
			);
		}
		return counts.PENDING + counts.STARTED + counts.SCHEDULED;
	}

	/** Looks on until no task is left. @throws where none ends any more. */
	async drained(): Promise<Sample[]> {
		const samples: Sample[] = [];
		let changedMs = nowMs();
		for (;;) {
			const sentMs = nowMs();
			const { counts, totals } = await this.cluster();
			const atMs = (sentMs + nowMs()) / 2;
			const unfinished = counts.PENDING + counts.STARTED + counts.SCHEDULED;
			if (samples.at(-1)?.unfinished !== unfinished) changedMs = atMs;
			samples.push({ atMs, unfinished });
			if (counts.FAILURE > 0) throw new Error("tasks failed");
			if (totals.attempts > totals.accepted)
				throw new Error("a lease was lost");
			if (unfinished === 0) return samples;
			if (atMs - changedMs > STALL_MS) {
				throw new Error(`${unfinished} tasks are left and none ends`);
			}
			await sleep(POLL_MS);
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#connections.close();
		await this.#child.stop();
	}
}

function bodyOf({ status, body }: Answer, expected: number): string {
	if (status === expected) return body;
	throw new Error(`the node answered ${status}: ${body.slice(0, 300)}`);
}
