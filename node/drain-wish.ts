/**
 * Somebody's wish that a node shall drain: finds the node that is meant, and marks its
 * session. An id goes before a name, as an id is one node's for ever.
 */
import type { Shard } from "./ports.ts";

/**
 * `node`: its id or its name. Returns its id; undefined if no living node has either.
 * @throws StoreError
 */
export async function askToDrain(
	shard: Shard,
	node: string,
): Promise<string | undefined> {
	if (await shard.askToDrain(node)) return node;
	const { nodes } = await shard.nodes();
	const meant = nodes.find(
		({ record, expiresMs }) => record.name === node && expiresMs,
	);
	if (meant === undefined) return undefined;
	const { nodeId } = meant.record;
	return (await shard.askToDrain(nodeId)) ? nodeId : undefined;
}
