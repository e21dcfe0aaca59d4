/**
 * What a store that takes no writes must not hide, each case as small as possible.
 */
import { expect, test } from "vitest";
import { type Shard, StoreError } from "../../node/ports.ts";
import { LEASE_TTL_MS, PULSE_MS_MAX } from "../../protocol/limits.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { VirtualClock } from "../clock.ts";
import { nodeRecord, openSession } from "../contract/store-bench.ts";
import { createMemoryStore } from "../fakes/store.ts";
import { linkShard } from "./linked-shard.ts";
import { startRenewer } from "./lone-renewer.ts";

const ROUTE = "default|work|";
const STARTED_MS = 1_000;

/** A node on a store that can be made to refuse its writes. */
async function begin() {
	const clock = new VirtualClock();
	const nowMs = () => clock.wallMs();
	const shard = createMemoryStore({ shards: 1, nowMs }).shards[0] as Shard;
	const calls: string[] = [];
	const store = { full: false };
	const seen = linkShard(shard, (name, step) => {
		calls.push(name);
		if (!store.full || name === "nodes") return step();
		throw new StoreError("full", "it takes no writes");
	});
	const record = { ...nodeRecord("ann"), startedMs: STARTED_MS };
	const { renewer, told } = await startRenewer(clock, seen, record);
	return {
		...{ clock, shard, store, renewer, record, calls, told },
		session: renewer.session ?? "",
		/** Opens a session under the node's name, by a program that does not know about ours. */
		openAgain: (startedMs: number) =>
			openSession(shard, {
				...{ record: { ...record, startedMs }, ttlMs: LEASE_TTL_MS },
				...{ known: NO_GENERATION, knownEpoch: renewer.epoch },
			}),
	};
}

test.each([
	["with nothing running", 0],
	["with a task still to be put back", 1],
])(
	"a node whose lease was taken learns of it although the store takes no writes, %s",
	async (_what, tasks) => {
		const { clock, shard, store, renewer, told, session } = await begin();
		const task = { route: ROUTE, priority: 5, options: PLAIN, payload: "1" };
		await shard.tasks.submit([
			{ id: "a", ...task },
			{ id: "b", ...task },
		]);
		const { generation } = renewer;
		const claim = { session, generation, routes: [ROUTE], limit: 2 * tasks };
		if (tasks > 0)
			expect(await shard.tasks.claim(claim)).toMatchObject({ ok: true });
		store.full = true;
		await clock.runFor(PULSE_MS_MAX);
		expect(told).toEqual(["opened"]);
		await shard.sessions.revoke({
			session,
			grounds: { when: "now" },
			limit: 1,
		});
		await clock.runFor(PULSE_MS_MAX);
		expect(told).toEqual(["opened", "revoked"]);
		expect(renewer.session).toBeUndefined();
		store.full = false;
		await clock.runFor(PULSE_MS_MAX);
		expect(renewer.trusted).toBe(true);
		renewer.stop();
	},
);

test("a lease that has expired while nobody could write is kept, as nobody has taken it", async () => {
	const { clock, store, renewer, told, session } = await begin();
	store.full = true;
	await clock.runFor(3 * LEASE_TTL_MS);
	expect(told).toEqual(["opened"]);
	expect(renewer.session).toBe(session);
	store.full = false;
	await clock.runFor(PULSE_MS_MAX);
	expect(renewer.trusted).toBe(true);
	renewer.stop();
});

test("a node whose name another program has taken leaves although the store takes no writes", async () => {
	const { clock, store, told, openAgain } = await begin();
	await openAgain(STARTED_MS + 1);
	store.full = true;
	await clock.runFor(2 * PULSE_MS_MAX);
	expect(told).toEqual(["opened", "superseded"]);
});

test("a node that is stopped while it looks who took its name opens no session any more", async () => {
	const { clock, renewer, shard, calls, told, openAgain } = await begin();
	await openAgain(STARTED_MS);
	const nodes = shard.sessions.nodes.bind(shard.sessions);
	shard.sessions.nodes = async () => {
		renewer.stop();
		return await nodes();
	};
	await clock.runFor(2 * PULSE_MS_MAX);
	expect(calls.filter((name) => name === "open")).toHaveLength(1);
	expect(calls).toContain("nodes");
	expect(told).toEqual(["opened"]);
});
