/**
 * Which shard a task lives in: FNV-1a of its id's home, modulo the number of shards.
 * Everything about a task lies in its shard, under one hash tag, so that one
 * script can change it atomically on a Redis Cluster too.
 *
 * Source: http://www.isthe.com/chongo/tech/comp/fnv/ (32-bit FNV-1a). Ids are
 * ASCII (see `ID_PATTERN`), so char codes are bytes.
 */
import { homeOf } from "./task-id.ts";

export function hash32(text: string, seed = 0x811c9dc5): number {
	let hash = seed;
	for (let i = 0; i < text.length; i++) {
		hash ^= text.charCodeAt(i);
		hash = Math.imul(hash, 0x01000193);
	}
	return hash >>> 0;
}

export function shardOf(taskId: string, shards: number): number {
	return shards === 1 ? 0 : hash32(homeOf(taskId)) % shards;
}
