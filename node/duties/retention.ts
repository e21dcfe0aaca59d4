/**
 * Retention: what a shard keeps of its ended tasks, as far as this node knows: the most that
 * any living node was told to keep, so that a node that joins with less discards nothing
 * of the others. The word of a node that has left counts for a while: it may be about to
 * come back.
 */
import {
	KEEPS_DEFAULT,
	type Keeps,
	mostOf,
	shareOf,
} from "../../protocol/keep.ts";
import { RETENTION_TOLD_MS } from "../../protocol/limits.ts";
import type { Clock, NodeRecord, RegisteredNode } from "../ports.ts";

export interface RetentionParts {
	/** What this node itself was told: see self-report.ts. */
	readonly report: { record(): Pick<NodeRecord, "keeps"> };
	readonly shards: number;
	readonly clock: Pick<Clock, "monoMs">;
	/** See roster.ts. */
	readonly roster: {
		readonly others: readonly Pick<RegisteredNode, "record">[];
	};
}

export class Retention {
	/** What each node was told to keep, and when that was last read. */
	readonly #told = new Map<string, { keeps: Keeps; readMs: number }>();
	#keeps: Keeps | undefined;
	readonly #parts: RetentionParts;

	constructor(parts: RetentionParts) {
		this.#parts = parts;
	}

	/** The roster has read which nodes there are. */
	registryRead(): void {
		const { roster, clock } = this.#parts;
		const readMs = clock.monoMs();
		// A node of an earlier version says nothing about it.
		for (const { record } of roster.others)
			if (record.keeps !== undefined)
				this.#told.set(record.nodeId, { keeps: record.keeps, readMs });
		for (const [nodeId, told] of this.#told)
			if (readMs - told.readMs > RETENTION_TOLD_MS) this.#told.delete(nodeId);
		this.#keeps = this.#mostKept();
	}

	/**
	 * What to keep, for each shard; undefined while that is not known, since no other node
	 * has been heard. It is asked for with every batch of ends.
	 */
	get keeps(): Keeps | undefined {
		return this.#keeps;
	}

	#mostKept(): Keeps {
		const { report, shards } = this.#parts;
		const { keeps: own = KEEPS_DEFAULT } = report.record();
		const all = [own, ...[...this.#told.values()].map(({ keeps }) => keeps)];
		const most = (kind: keyof Keeps) =>
			shareOf(mostOf(all.map((keeps) => keeps[kind])), shards);
		return { successes: most("successes"), failures: most("failures") };
	}
}
