/**
 * What the simulator records about a store that serves a node with another number of
 * shards.
 */
import { expect, test } from "vitest";
import type { Shard } from "../../node/ports.ts";
import {
	LEASE_TTL_MS,
	STORE_COMMAND_TIMEOUT_MS,
} from "../../protocol/limits.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { VirtualClock } from "../clock.ts";
import { nodeRecord, openSession } from "../contract/store-bench.ts";
import { SeededRandom } from "../random.ts";
import { Machine } from "./machine.ts";
import { StoreLink } from "./store-link.ts";
import { StoreServer } from "./store-server.ts";

const OWN = 4;
const OTHERS = 2;
const LAST = OWN - 1;
const TASK = { route: "default|work|", priority: 5, options: PLAIN };

/** The last shard has the node's number from an earlier session, and the cluster has another by now. */
async function begin() {
	const clock = new VirtualClock();
	const server = new StoreServer(
		clock,
		OTHERS,
		(shard) => shard,
		() => {},
	);
	const misplaced: string[] = [];
	const link = new StoreLink({
		...{ clock, random: new SeededRandom(1), machine: new Machine(clock, 1) },
		...{ server, shards: OWN, awayMs: 0 },
		stepped() {},
		misplaced: (name, shards) => misplaced.push(`${name} of ${shards}`),
		broken(error) {
			throw error;
		},
	});
	await clock.runFor(100);
	const shard = link.shards[LAST] as Shard;
	const opening = openSession(shard, {
		...{ record: nodeRecord("ann"), ttlMs: LEASE_TTL_MS },
		...{ known: NO_GENERATION, knownEpoch: 0 },
	});
	await clock.runFor(100);
	await opening;
	server.number = OTHERS;
	return { clock, server, shard, misplaced };
}

test("what is read for the node is recorded when the node gets it", async () => {
	const { clock, shard, misplaced } = await begin();
	const reading = shard.tasks.get(["a"]);
	await clock.runFor(100);
	expect(await reading).toEqual([undefined]);
	expect(misplaced).toEqual([`get of ${OTHERS}`]);
});

test("what is read when nobody waits for it any more is not recorded", async () => {
	const { clock, server, shard, misplaced } = await begin();
	server.trouble(LAST, "stalled");
	const reading = expect(shard.tasks.get(["a"])).rejects.toThrow(
		"does not answer",
	);
	await clock.runFor(STORE_COMMAND_TIMEOUT_MS + 100);
	await reading;
	server.relieve(LAST);
	await clock.runFor(100);
	expect(misplaced).toEqual([]);
});

test("a task that is put is recorded, even if nobody waits for it any more", async () => {
	const { clock, server, shard, misplaced } = await begin();
	server.trouble(LAST, "stalled");
	const task = { ...TASK, id: "a", payload: "1" };
	const putting = expect(shard.tasks.submit([task])).rejects.toThrow(
		"does not answer",
	);
	await clock.runFor(STORE_COMMAND_TIMEOUT_MS + 100);
	await putting;
	server.relieve(LAST);
	await clock.runFor(100);
	expect(misplaced).toEqual([`submit of ${OTHERS}`]);
});
