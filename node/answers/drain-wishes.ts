/**
 * DrainWishes: somebody asks a node to drain. Finds that node and marks its session. An
 * id takes precedence over a name, because it belongs to one node for ever.
 */
import type { ShardSessions } from "../ports.ts";

export class DrainWishes {
	readonly #registry: Pick<ShardSessions, "askToDrain" | "nodes">;

	/** `registry`: the one that all nodes read. */
	constructor(registry: Pick<ShardSessions, "askToDrain" | "nodes">) {
		this.#registry = registry;
	}

	/**
	 * `node`: its id or its name. Returns its id; undefined if no living node has either.
	 * @throws StoreError
	 */
	async ask(node: string): Promise<string | undefined> {
		if (await this.#registry.askToDrain(node)) return node;
		const { nodes } = await this.#registry.nodes();
		const meant = nodes.find(
			({ record, expiresMs }) => record.name === node && expiresMs,
		);
		if (meant === undefined) return undefined;
		const { nodeId } = meant.record;
		return (await this.#registry.askToDrain(nodeId)) ? nodeId : undefined;
	}
}
