/** What a page knows of a cluster that is made up, as if it read the live stream from now on. */
import { fold, type LiveModel } from "../../dashboard/words/live-model.ts";
import { MadeUpCluster } from "./made-up-cluster.ts";
import { MadeUpStream } from "./made-up-stream.ts";

/** Three nodes with as much work as they have slots. */
export function busyCluster(nowMs: number): MadeUpCluster {
	return new MadeUpCluster(
		{ nodes: 3, slots: 8, taskMs: 4_000, load: 1, failing: 0 },
		nowMs,
	);
}

export class MadeUpPage {
	readonly #cluster: MadeUpCluster;
	readonly #stream: MadeUpStream;
	#model: LiveModel;

	constructor(cluster: MadeUpCluster) {
		this.#cluster = cluster;
		this.#stream = new MadeUpStream(cluster);
		this.#model = fold(undefined, this.#stream.first()) as LiveModel;
	}

	get model(): LiveModel {
		return this.#model;
	}

	/** Time goes by, with a frame each second. */
	advance(ms: number): void {
		for (let left = ms; left > 0; left -= 1_000) {
			this.#cluster.advance(1_000);
			this.#model = fold(this.#model, this.#stream.next()) as LiveModel;
		}
	}
}
