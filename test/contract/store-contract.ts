/**
 * What every store promises, in Redis or in memory: one suite for all of them.
 *
 *     storeContract("in memory", makeWorld);
 *
 * Each rule is tried on a store of one shard and on each of four. No test sleeps:
 * if a rule needs time to pass, the store is asked until it has.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatSession } from "../../protocol/lease.ts";
import { shardOf } from "../../protocol/shard.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import { accessRoomRules, accessRules } from "./store-access.ts";
import {
	Bench,
	type MakeWorld,
	nodeRecord,
	openSession,
	TTL_MS,
} from "./store-bench.ts";
import { busyRules } from "./store-busy.ts";
import { cancelRules } from "./store-cancels.ts";
import { changeRules } from "./store-changes.ts";
import { begunRules, deathRules } from "./store-deaths.ts";
import { dueRules, expiryRules } from "./store-due.ts";
import * as ends from "./store-ends.ts";
import { eventRestartRules, eventRules } from "./store-events.ts";
import { findingRules } from "./store-finding.ts";
import * as generation from "./store-generation.ts";
import { closingRules } from "./store-goodbyes.ts";
import { knownRules } from "./store-known.ts";
import * as leases from "./store-leases.ts";
import { leftOverRules } from "./store-left-over.ts";
import { listingRules } from "./store-listing.ts";
import { liveRules } from "./store-live.ts";
import * as losses from "./store-losses.ts";
import {
	fencingRules,
	lossRules,
	numberRules,
	otherNumberRules,
} from "./store-number.ts";
import { optionRules } from "./store-options.ts";
import { failureRules, queueRules, standingRules } from "./store-overview.ts";
import { retentionRules, retentionTimeRules } from "./store-retention.ts";
import { retryRules } from "./store-retries.ts";
import * as revoke from "./store-revoke.ts";
import { claimRoomRules } from "./store-rooms.ts";
import { removingRules, roundRules } from "./store-rounds.ts";
import { runRoomRules, runRules } from "./store-runs.ts";
import * as sessions from "./store-sessions.ts";
import { sizeRules } from "./store-sizes.ts";
import { statsRules } from "./store-stats.ts";
import { submittingClaimedRules } from "./store-submit-claimed.ts";
import * as tasks from "./store-tasks.ts";
import { timeRules } from "./store-time.ts";
import { roomRules, routeRules, unservedRules } from "./store-unserved.ts";

const RULES = {
	opening: sessions.openingRules,
	naming: sessions.namingRules,
	describing: sessions.describingRules,
	draining: sessions.drainRules,
	renewing: leases.renewingRules,
	"looking around": leases.lookingRules,
	closing: closingRules,
	generations: generation.generationRules,
	submitting: tasks.submittingRules,
	known: knownRules,
	claiming: tasks.claimingRules,
	"claiming as much as fits": claimRoomRules,
	options: optionRules,
	"submitting with a lease": submittingClaimedRules,
	"runs of one id": runRules,
	reading: tasks.readingRules,
	"reading what is no larger than this": sizeRules,
	"where a task stands": standingRules,
	"what is left over": leftOverRules,
	queues: queueRules,
	"what is busy": busyRules,
	failures: failureRules,
	"telling of routes": routeRules,
	"routes that no node serves": unservedRules,
	"being due": dueRules,
	expiring: expiryRules,
	"putting off": retryRules,
	cancelling: cancelRules,
	changing: changeRules,
	rounds: roundRules,
	deleting: removingRules,
	"keeping what has ended": retentionRules,
	completing: ends.completingRules,
	"giving back": ends.givingBackRules,
	forgetting: ends.forgettingRules,
	events: eventRules,
	listing: listingRules,
	finding: findingRules,
	"losing records": lossRules,
	"going by the number": fencingRules,
	revoking: revoke.revokingRules,
	"revoking in batches": revoke.batchRules,
	"giving up": losses.poisonRules,
	"access tokens": accessRules,
	suspects: losses.suspectRules,
	"lives of nodes": losses.lifeRules,
	"attempts that are lost": begunRules,
	deaths: deathRules,
	"how work went": statsRules,
	"how things are": liveRules,
};

/** A shard, and how many there are. The first is the cluster's home; all others are alike. */
type Place = readonly [index: number, shards: number];

const PLACES: readonly Place[] = [
	[0, 1],
	[0, 4],
	[3, 4],
];

/** The rules that hold for every store. `places`: where each is tried. */
export function storeContract(
	name: string,
	make: MakeWorld,
	places = PLACES,
): void {
	for (const [index, shards] of places)
		describe(`a store ${name}, shard ${index} of ${shards}`, () => {
			const bench = prepared(new Bench(make, shards, index));
			for (const [what, rules] of Object.entries(RULES)) {
				describe(what, () => rules(bench));
			}
		});
	for (const shards of [1, 4])
		describe(`a store ${name}, its number of ${shards} shards`, () =>
			numberRules(prepared(new Bench(make, shards, 0, true))));
	describe(`a store ${name}, the number in another shard than the first`, () =>
		otherNumberRules(prepared(new Bench(make, 4, 2))));
	describe(`a store ${name}, its room for routes and tokens`, () => {
		const bench = prepared(new Bench(make, 1, 0));
		roomRules(bench);
		tasks.roomRules(bench);
		runRoomRules(bench);
		accessRoomRules(bench);
	});
	describe(`a store ${name}, restarted`, () => {
		const bench = prepared(new Bench(make, 1, 0));
		generation.restartRules(bench);
		eventRestartRules(bench);
	});
	describe(`a store ${name}, its shards together`, () => shardRules(make));
}

/** For stores whose worlds can `advance`. */
export function storeTimeContract(name: string, make: MakeWorld): void {
	describe(`a store ${name}, as time passes`, () => {
		const bench = prepared(new Bench(make, 1, 0));
		timeRules(bench);
		retentionTimeRules(bench);
	});
}

function prepared(bench: Bench): Bench {
	beforeEach(() => bench.begin());
	afterEach(() => bench.end());
	return bench;
}

function shardRules(make: MakeWorld): void {
	const bench = prepared(new Bench(make, 4, 0));

	it("each task is in one shard only, and what happens in one shard leaves the others alone", async () => {
		const { shards } = bench.world.store;
		// Few enough for one step of a list in each shard.
		const ids = Array.from({ length: 80 }, (_, i) => `task-${i}`);
		const { id: _, ...task } = bench.task();
		for (const [index, shard] of shards.entries()) {
			const own = ids.filter((id) => shardOf(id, shards.length) === index);
			expect(own.length).toBeGreaterThan(0);
			await shard.tasks.submit(own.map((id) => ({ id, ...task })));
		}
		const all = { state: undefined, beforeSeq: 2 ** 45, limit: 500 };
		const lists = await Promise.all(
			shards.map(async (shard) => (await shard.tasks.list(all)).tasks),
		);
		const found = lists.flat().map((task) => task.id);
		expect(found.sort()).toEqual(ids.sort());
		for (const [index, shard] of shards.entries()) {
			const { states } = await shard.tasks.counts();
			expect(states.PENDING).toBe(lists[index]?.length);
		}
	});

	it("runs of one id, which begin alike up to a tilde, are in one shard", async () => {
		const { shards } = bench.world.store;
		for (let i = 0; i < 50; i++) {
			const { id: home, ...task } = bench.task();
			for (const id of [home, `${home}~1`, `${home}~1~${i}`]) {
				expect(shardOf(id, shards.length)).toBe(bench.index);
				await bench.tasks.submit([{ id, ...task }]);
				expect(await bench.read(id)).toMatchObject({ id, state: "PENDING" });
			}
		}
	});

	it("a node has a session in each shard, and can lose the lease of one alone", async () => {
		const { shards } = bench.world.store;
		const record = nodeRecord("ann");
		const sessions = await Promise.all(
			shards.map(async (shard) => {
				const request = { record, ttlMs: TTL_MS, known: NO_GENERATION };
				const { epoch, previous } = await openSession(shard, request);
				expect(previous).toBeUndefined();
				return formatSession("ann", epoch);
			}),
		);
		const session = sessions[1] ?? "";
		await shards[1]?.sessions.revoke({
			session,
			grounds: { when: "now" },
			limit: 1,
		});
		const pulses = await Promise.all(
			shards.map((shard, i) => shard.sessions.pulse(sessions[i] ?? "", TTL_MS)),
		);
		expect(pulses.map((pulse) => pulse.ok)).toEqual([true, false, true, true]);
	});
}
