/**
 * KnownNames: the names of nodes that are there, or were; the NODE_NAMES_KEPT_MAX seen
 * last.
 */
import { NODE_NAMES_KEPT_MAX } from "../../protocol/limits.ts";

export class KnownNames {
	/** Names by id; those seen last stand at the end. */
	readonly #names = new Map<string, string>();

	of(nodeId: string): string | undefined {
		return this.#names.get(nodeId);
	}

	idsOf(name: string): string[] {
		const known = [...this.#names].filter(([, own]) => own === name);
		return known.map(([nodeId]) => nodeId);
	}

	/** To be called when the node was seen. */
	note(nodeId: string, name: string): void {
		this.#names.delete(nodeId); // So that it is added as the newest.
		this.#names.set(nodeId, name);
		const [oldest] = this.#names.keys();
		if (this.#names.size > NODE_NAMES_KEPT_MAX && oldest !== undefined)
			this.#names.delete(oldest);
	}
}
