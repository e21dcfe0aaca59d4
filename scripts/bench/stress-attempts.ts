/**
 * Whether any lease was lost, of which stress must be no cause: a task of a lost
 * lease starts a second time. Asked of a node that is started for it, near
 * Redis, when all is over.
 */
import type { Ground } from "./contender.ts";
import { ACCEPTING, BenchNode } from "./cost-node.ts";

/** @throws where a task was started twice. */
export async function checkAttempts(ground: Ground): Promise<void> {
	await using node = await BenchNode.start(ground, ACCEPTING);
	await node.unfinished();
}
