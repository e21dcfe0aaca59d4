/**
 * Looks into the store beside the cluster: which of the executions under way it lists
 * under their node's name. Those that it does not list are recorded, with how long.
 */
import { shardOf } from "../../protocol/shard.ts";
import type { StartEvent } from "../checker/task-history.ts";
import type { VirtualClock } from "../clock.ts";
import type { Recorder } from "./recorder.ts";
import type { StoreServer } from "./store-server.ts";

const LOOK_MS = 100;

export class Listing {
	/** Executions that the store did not list at the last look, and since when. */
	readonly #unlisted = new Map<
		StartEvent,
		{ fromMs: number; seenMs: number }
	>();
	readonly #clock: VirtualClock;
	readonly #server: StoreServer;
	readonly #recorder: Recorder;

	constructor(clock: VirtualClock, server: StoreServer, recorder: Recorder) {
		this.#clock = clock;
		this.#server = server;
		this.#recorder = recorder;
	}

	/** Looks from now on. */
	watch(): void {
		void this.#look();
		this.#clock.after(LOOK_MS, () => this.watch());
	}

	async #look(): Promise<void> {
		const nowMs = this.#clock.monoMs();
		for (const start of this.#unlisted.keys())
			if (!this.#recorder.running.has(start)) this.#over(start);
		for (const start of [...this.#recorder.running]) {
			if (await this.#isListed(start)) this.#over(start);
			else {
				const known = this.#unlisted.get(start);
				const fromMs = known?.fromMs ?? nowMs;
				this.#unlisted.set(start, { fromMs, seenMs: nowMs });
			}
		}
	}

	async #isListed({ id, token, node }: StartEvent): Promise<boolean> {
		const { truth } = this.#server;
		const shard = truth[shardOf(id, truth.length)];
		const [task] = (await shard?.tasks.get([id])) ?? [];
		const newest = task?.attempts.at(-1);
		return (
			task?.state === "STARTED" &&
			newest?.token === token &&
			newest.nodeId === node
		);
	}

	#over(start: StartEvent): void {
		const known = this.#unlisted.get(start);
		if (known === undefined) return;
		this.#unlisted.delete(start);
		const { id, token, node } = start;
		const { fromMs, seenMs: untilMs } = known;
		if (fromMs < untilMs)
			this.#recorder.add({
				kind: "unlisted",
				...{ id, token, node, fromMs, untilMs },
				shard: shardOf(id, this.#server.truth.length),
			});
	}
}
