/**
 * Hearsay as a contender: node processes, spoken to only over HTTP.
 *
 * A node that is to accept and not run serves another queue than the one in use. A worker
 * is then another node. The first node goes on to answer how far the tasks are, so that
 * the watching does not weigh on what is watched.
 */
import { pagesOf } from "../../protocol/client/pages.ts";
import type { ItemAnswer } from "../../protocol/schema.ts";
import { pathOf } from "./children.ts";
import type { BulkPlan, Contender, Scheduler } from "./contender.ts";
import { type BenchNode, startNode } from "./node.ts";
import { inPieces } from "./pieces.ts";

/** The most lines in one request. */
const BULK_LINES_MAX = 2_000;
const BULK_BYTES_MAX = 1024 * 1024;
/** The most bytes of a line besides its payload. */
const LINE_BYTES = 100;
/** How many of these requests are under way at once. */
const BULK_IN_FLIGHT = 2;
const LIST_LIMIT = 500;
const HANDLERS = ["--handlers", pathOf("scripts/bench/handlers.ts")];
const ACCEPTING = ["--queues", "unused"];

class Hearsay implements Scheduler {
	readonly door: BenchNode["door"];
	readonly #node: BenchNode;
	readonly #startWorker: () => Promise<BenchNode>;
	readonly #workers: BenchNode[] = [];

	constructor(node: BenchNode, startWorker: () => Promise<BenchNode>) {
		this.door = node.door;
		this.#node = node;
		this.#startWorker = startWorker;
	}

	submitBulk(count: number, plan: BulkPlan = {}): Promise<void> {
		const lineBytes = LINE_BYTES + (plan.payload?.length ?? 0);
		const lines = Math.floor(BULK_BYTES_MAX / lineBytes);
		return inPieces(
			count,
			Math.min(lines, BULK_LINES_MAX),
			BULK_IN_FLIGHT,
			(from, length) => this.#submitLines(from, length, plan),
		);
	}

	async startWorker(): Promise<number> {
		const worker = await this.#startWorker();
		this.#workers.push(worker);
		return worker.pid;
	}

	async running(): Promise<number> {
		const { counts } = await this.#node.client.value("getCluster");
		return counts.STARTED;
	}

	async unfinished(): Promise<number> {
		const { counts } = await this.#node.client.value("getCluster");
		if (counts.FAILURE > 0) {
			throw new Error(`${counts.FAILURE} tasks of Hearsay failed`);
		}
		return counts.SCHEDULED + counts.PENDING + counts.STARTED;
	}

	async stamps(count: number): Promise<number[]> {
		const stamps: number[] = [];
		const query = { state: "SUCCESS", limit: LIST_LIMIT, full: true };
		for await (const { tasks } of pagesOf(this.#node.client, query)) {
			stamps.push(...tasks.map(({ result }) => Number(result)));
			if (stamps.length >= count) break;
		}
		return stamps.slice(0, count);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		const nodes = [...this.#workers, this.#node];
		await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
	}

	async #submitLines(
		from: number,
		length: number,
		{ priorities = 0, payload }: BulkPlan,
	): Promise<void> {
		const text = payload && JSON.stringify(payload);
		const lines = Array.from({ length }, (_, i) => {
			const n = from + i;
			const priority =
				priorities > 0 ? `"priority":${1 + (n % priorities)},` : "";
			return `{"type":"noop",${priority}"payload":${text ?? `{"n":${n}}`}}`;
		});
		const body = await this.door.submitLines(lines);
		// The answer as a whole is good even if only some of its items are.
		const problem: keyof ItemAnswer = "problem";
		const at = body.indexOf(`"${problem}"`);
		if (at >= 0) {
			throw new Error(`the node refused a task: ${body.slice(at, at + 200)}`);
		}
	}
}

/** A Hearsay whose nodes get these flags, too. */
export function makeHearsay(flags: readonly string[]): Contender {
	return {
		async open(ground, role): Promise<Scheduler> {
			const running = [...HANDLERS, ...flags];
			const start = () => startNode(ground, running);
			const node =
				role === "running"
					? await start()
					: await startNode(ground, [...running, ...ACCEPTING]);
			return new Hearsay(node, start);
		},
	};
}

export const hearsay = makeHearsay([]);
/** A Hearsay whose nodes find work only by their sweeps. */
export const hearsaySweeping = makeHearsay(["--no-gossip"]);
