/**
 * DrainWishes: somebody's wish that a node shall drain. Finds the node that is meant, and marks its
 * session. An id goes before a name, as an id is one node's for ever.
 */
import type { Shard } from "../ports.ts";

export class DrainWishes {
	readonly #home: Shard;

	/** `home`: the shard whose registry all nodes read. */
	constructor(home: Shard) {
		this.#home = home;
	}

	/**
	 * `node`: its id or its name. Returns its id; undefined if no living node has either.
	 * @throws StoreError
	 */
	async ask(node: string): Promise<string | undefined> {
		if (await this.#home.askToDrain(node)) return node;
		const { nodes } = await this.#home.nodes();
		const meant = nodes.find(
			({ record, expiresMs }) => record.name === node && expiresMs,
		);
		if (meant === undefined) return undefined;
		const { nodeId } = meant.record;
		return (await this.#home.askToDrain(nodeId)) ? nodeId : undefined;
	}
}
