/** Where the tasks of a shard in Redis are, read from its keys (see `node/store/lua/keys.lua`). */
import type { Redis } from "ioredis";
import { END_KINDS } from "../../protocol/keep.ts";
import type { Route } from "../../protocol/route.ts";
import { ENDED_STATES } from "../../protocol/state.ts";
import type { Places } from "./store-places.ts";

/** `tag`: the prefix of all keys of the shard. `mayBe`: routes on which tasks may wait. */
export async function redisPlaces(
	redis: Redis,
	tag: string,
	mayBe: readonly Route[],
): Promise<Places> {
	const members = (name: string) => redis.zrange(`${tag}:${name}`, "0", "-1");
	// All at once, so that it takes one round trip.
	const lists = (prefix: string, names: readonly string[]) =>
		Promise.all(names.map((name) => members(`${prefix}:${name}`)));
	const [queues, ended, order, failed, holders, ends, runs, ...routes] =
		await Promise.all([
			lists("queue", mayBe),
			lists("ended", ENDED_STATES),
			orderOf(redis, tag),
			members("failed"),
			redis.hkeys(`${tag}:holders`),
			redis.hkeys(`${tag}:ends`),
			redis.hgetall(`${tag}:runs`),
			...["routes", "ready", "unserved", "due", "scheduled", "expiring"].map(
				members,
			),
		]);
	const [existing = [], ready = [], unserved = [], ...times] = routes;
	const [due = [], scheduled = [], expiring = []] = times;
	return {
		queues: new Map(
			mayBe
				.map((route, i) => [route, queues[i] ?? []] as const)
				.filter(([, ids]) => ids.length > 0),
		),
		ended: new Map(ENDED_STATES.map((state, i) => [state, ended[i] ?? []])),
		...order,
		...{ failed, holders, ends, routes: existing, ready, unserved },
		...{ due, scheduled, expiring },
		runs: runsOf(runs),
	};
}

/** The order in which ended tasks are discarded, and how much is kept of them; see `node/store/lua/pieces/to-ended.lua`. */
async function orderOf(redis: Redis, tag: string) {
	const ends = await redis.hgetall(`${tag}:ends`);
	const kinds = END_KINDS.map(async (kind) => {
		const groups = await redis.zrange(`${tag}:order:${kind}`, "0", "-1");
		const own = await redis.zrange(`${tag}:own:${kind}`, "0", "-1");
		const inOrder = groups.flatMap((group) => group.split(" ").slice(0, -1));
		return [...inOrder, ...own.map((entry) => entry.split(" ")[1] ?? "")];
	});
	const sizeOf = async (id: string) => {
		const hashes = ["tasks", "ends", "past"].map((hash) =>
			redis.hstrlen(`${tag}:${hash}`, id),
		);
		return (await Promise.all(hashes)).reduce((sum, size) => sum + size, 0);
	};
	const sizes = END_KINDS.map(async (kind) => {
		const isOf = ([, text]: [string, string]) =>
			text.startsWith("SUCCESS") === (kind === "successes");
		const ids = Object.entries(ends).filter(isOf);
		const all = await Promise.all(ids.map(([id]) => sizeOf(id)));
		return all.reduce((sum, size) => sum + size, 0);
	});
	const [bytesKept, ...orders] = await Promise.all([
		redis.hmget(`${tag}:meta`, ...END_KINDS),
		...kinds,
	]);
	return {
		order: orders.flat(),
		bytes: await Promise.all(sizes),
		bytesKept: bytesKept.map(Number),
	};
}

/** From the fields `id`, `~run` and `~~id`; see `node/store/lua/pieces/runs.lua`. */
function runsOf(fields: Readonly<Record<string, string>>): Places["runs"] {
	const ofTasks = Object.entries(fields).filter(([name]) => name[0] === "~");
	const ofIds = Object.entries(fields).filter(([name]) => name[0] !== "~");
	return new Map(
		ofIds.map(([id, text]) => {
			const [last, count] = text.split(" ").map(Number);
			const kept = ofTasks
				.filter(([, of]) => of === id)
				.map(([name]) => name.replace(/^~+/, ""));
			return [id, { last: last ?? 0, count: count ?? 0, kept: kept.sort() }];
		}),
	);
}
