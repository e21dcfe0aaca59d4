/**
 * A client that submits short tasks to a cluster, one every few milliseconds,
 * whatever happens to it: a task that one node does not accept is offered to the
 * next, under the same id, until one says that it has it.
 *
 * Knows which tasks were accepted, and reads at the end what became of each.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { type Cluster, type ClusterNode, until } from "../cluster.ts";

/** Between one task and the next. */
const BETWEEN_MS = 10;
const OFFER_AGAIN_MS = 20;

export class SteadyLoad {
	/** Answered with 202, or with 200 if an earlier answer was lost. */
	readonly accepted = new Set<string>();
	/** All other answers. */
	refused = 0;
	readonly #cluster: Cluster;
	readonly #durationMs: number;
	readonly #offers: Promise<void>[] = [];
	#isOver = false;
	readonly #posting: Promise<void>;

	/** Begins at once. */
	constructor(cluster: Cluster, durationMs: number) {
		this.#cluster = cluster;
		this.#durationMs = durationMs;
		this.#posting = this.#post();
	}

	/** Resolves when so many more have been accepted; rejects if that takes too long. */
	async goesOnFor(count: number): Promise<void> {
		const enough = this.accepted.size + count;
		await until(
			() => this.accepted.size,
			(size) => size >= enough,
		);
	}

	/** Stops submitting; resolves when everything submitted is accepted. */
	async end(): Promise<void> {
		this.#isOver = true;
		await this.#posting;
		await Promise.all(this.#offers);
	}

	/** Each accepted task as it is once all have ended. */
	async read(from: ClusterNode): Promise<TaskAsRead[]> {
		return await Promise.all(
			[...this.accepted].map((id) => from.whenEnded(id)),
		);
	}

	async #post(): Promise<void> {
		for (let number = 0; !this.#isOver; number++) {
			this.#offers.push(this.#offer(number));
			await pause(BETWEEN_MS);
		}
	}

	async #offer(number: number): Promise<void> {
		const id = `steady-${number}`;
		const payload = { durationMs: this.#durationMs };
		const { nodes } = this.#cluster;
		for (let offer = number; ; offer++) {
			const node = nodes[offer % nodes.length] as ClusterNode;
			if (await this.#isTaken(node, { id, type: "process_task", payload })) {
				this.accepted.add(id);
				return;
			}
			this.refused += 1;
			await pause(OFFER_AGAIN_MS);
		}
	}

	async #isTaken(node: ClusterNode, task: object): Promise<boolean> {
		try {
			const { status } = await node.post("/v1/tasks", task);
			return status === 202 || status === 200;
		} catch (error) {
			// Nobody listens there at the moment.
			if (error instanceof TypeError) return false;
			throw error;
		}
	}
}
