/**
 * Place: the machine on which this node runs, as its cloud describes it, and the labels that
 * the node has: those that its user gives it, and its zone. The cloud may say so only later.
 */
import { LABEL_CHARS_MAX } from "../../protocol/limits.ts";
import type { CloudMachine, NodeRecord } from "../ports.ts";

export class Place {
	readonly labels: Set<string>;
	#machine: CloudMachine = {};

	constructor(labels: readonly string[]) {
		this.labels = new Set(labels);
	}

	found(machine: CloudMachine): void {
		this.#machine = machine;
		const { zone } = machine;
		const label = `zone:${zone}`;
		if (zone !== undefined && label.length <= LABEL_CHARS_MAX)
			this.labels.add(label);
	}

	/** What the node's record says about the machine and the labels. */
	get record(): Pick<NodeRecord, "labels"> & CloudMachine {
		return { labels: [...this.labels], ...this.#machine };
	}
}
