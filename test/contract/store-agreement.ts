/**
 * The same seeded random operations on a store and on its twin in memory must
 * give equal answers and leave equal shards, to the last number and moment.
 *
 * A real store has its own clock. So each step is first made there; its moment is
 * read from what it left behind, and the twin makes the same step at that moment.
 * A step that leaves no moment behind does not depend on it: leases either last
 * longer than the test, or have expired before the next step.
 *
 * After each step the shard is held against its invariants. At the end all that
 * waits is claimed: each waiting task is found once, in order of rank.
 */

import { describe, expect, it } from "vitest";
import type { Shard } from "../../node/ports.ts";
import type { EventPlace, StoreEvent } from "../../protocol/event.ts";
import { formatSession } from "../../protocol/lease.ts";
import { ELAPSE_BATCH_MAX } from "../../protocol/limits.ts";
import { rankOf, SEQ_EPOCH_MS } from "../../protocol/rank.ts";
import { NO_GENERATION } from "../../protocol/token.ts";
import type { MemoryShard } from "../fakes/shard.ts";
import { placesOf } from "../fakes/shard-places.ts";
import { createMemoryStore } from "../fakes/store.ts";
import { fitsFilter, isInState } from "../fakes/task-filter.ts";
import { SeededRandom } from "../random.ts";
import { expectAlike } from "./store-alike.ts";
import {
	type MakeWorld,
	nodeRecord,
	TTL_MS,
	type World,
} from "./store-bench.ts";
import { findAll } from "./store-drawn-filter.ts";
import { ROUTES } from "./store-drawn-task.ts";
import { LAPSING_MS } from "./store-holder.ts";
import {
	checkInvariants,
	checkStep,
	latestMs,
	look,
	type Snapshot,
} from "./store-invariants.ts";
import { type Answer, type Operation, perform } from "./store-operation.ts";
import { LAPSING_TTL_MS, Operator } from "./store-operator.ts";
import { checkPlaces } from "./store-places.ts";

const SEEDS = [1, 2, 3, 4, 5, 6];
const STEPS = 300;
const SHARDS = 3;

export function storeAgreement(name: string, make: MakeWorld): void {
	describe(`a store ${name} and its twin`, () => {
		it.each(SEEDS)(
			`agree through ${STEPS} random operations, seed %i`,
			async (seed) => {
				const world = await make(SHARDS);
				try {
					await agree(world, seed);
				} finally {
					await world.stop();
				}
			},
		);
	});
}

async function agree(world: World, seed: number): Promise<void> {
	const random = new SeededRandom(seed);
	const twin = { nowMs: 0 };
	const { shards } = world.store;
	const home = shards[0] as Shard;
	await world.settle();
	const begun = await home.sessions.adopt(NO_GENERATION);
	const twins = createMemoryStore({
		shards: SHARDS,
		nowMs: () => twin.nowMs,
		run: begun.run,
	}).shards;
	twin.nowMs = SEQ_EPOCH_MS + begun.generation;
	await (twins[home.index] as MemoryShard).sessions.adopt(NO_GENERATION);
	const pairs = shards.map((shard, index) => {
		const operator = new Operator(random, index, SHARDS);
		return new Pair(world, shard, twins[index] as MemoryShard, operator, twin);
	});
	for (let step = 0; step < STEPS; step++) {
		await world.advance?.(random.below(3));
		await random.pick(pairs).step(`seed ${seed}, step ${step}`);
	}
	for (const pair of pairs) await pair.drain(`seed ${seed}, at the end`);
}

/** When a generation was raised, if the clock raised it and not a node's memory. */
function raisedMs({ generation }: Answer, putBackMs: number) {
	if (generation === undefined) return undefined;
	return SEQ_EPOCH_MS + generation - putBackMs;
}

/** Reads the events of a shard as they come. */
class Reading {
	#place: EventPlace | undefined;
	readonly #shard: Shard;

	constructor(shard: Shard) {
		this.#shard = shard;
	}

	async begin(): Promise<void> {
		this.#place ??= (await this.#shard.events.after(undefined)).from;
	}

	/** What has happened since the last read; nothing may be missing. */
	async on(): Promise<{ ms: number; events: StoreEvent[] }[]> {
		const reply = await this.#shard.events.after(this.#place);
		const { how, entries } = reply;
		// From a stream that was empty, another generation may have lost something.
		const mayLose = this.#place?.bytes === 0 && how === "lost";
		expect(how).toBe(mayLose ? "lost" : "on");
		if (mayLose) this.#place = reply.from;
		this.#place = entries.at(-1)?.place ?? this.#place;
		return entries.map(({ place: { ms }, events }) => ({
			...{ ms, events: events.toSorted(byText) },
		}));
	}
}

function byText(a: StoreEvent, b: StoreEvent): number {
	return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** A shard and its twin. */
class Pair {
	readonly #world: World;
	readonly #shard: Shard;
	readonly #twin: MemoryShard;
	readonly #operator: Operator;
	readonly #clock: { nowMs: number };
	#last: Snapshot | undefined;
	readonly #read: Reading;
	readonly #readTwin: Reading;

	constructor(
		world: World,
		shard: Shard,
		twin: MemoryShard,
		operator: Operator,
		clock: { nowMs: number },
	) {
		this.#world = world;
		this.#shard = shard;
		this.#twin = twin;
		this.#operator = operator;
		this.#clock = clock;
		this.#read = new Reading(shard);
		this.#readTwin = new Reading(twin);
	}

	async step(at: string): Promise<void> {
		await this.#make(this.#operator.draw(), at);
	}

	/** Claims every waiting task. */
	async drain(at: string): Promise<void> {
		const record = nodeRecord("last");
		const open = {
			...{ record, ttlMs: TTL_MS, known: NO_GENERATION },
			...{ knownEpoch: 0, sureUntilMs: Number.MAX_SAFE_INTEGER },
		};
		const { epoch = 0, generation = 0 } = await this.#make(
			{ method: "sessions.open", args: [open] },
			at,
		);
		await this.#make({ method: "tasks.elapse", args: [ELAPSE_BATCH_MAX] }, at);
		const waiting = this.#last?.tasks.filter(
			(task) => task.state === "PENDING",
		);
		const session = formatSession("last", epoch);
		const request = { session, generation, routes: ROUTES, limit: 100 };
		const { tasks = [] } = await this.#make(
			{ method: "tasks.claim", args: [request] },
			at,
		);
		const inOrder = waiting?.sort(
			(a, b) => rankOf(a.priority, a.seq) - rankOf(b.priority, b.seq),
		);
		const ids = tasks.map(({ id }) => id);
		expect([...ids].sort()).toEqual(inOrder?.map(({ id }) => id).sort());
		// A task that came to wait after its creation stands among those created at that time.
		const late = new Set(
			waiting?.flatMap(({ id, dueMs, round }) =>
				dueMs === undefined && round === 1 ? [] : id,
			),
		);
		expect(ids.filter((id) => !late.has(id))).toEqual(
			inOrder?.map(({ id }) => id).filter((id) => !late.has(id)),
		);
	}

	async #make(operation: Operation, at: string): Promise<Answer> {
		const where = `${at}, shard ${this.#shard.index}: ${JSON.stringify(operation)}`;
		await this.#read.begin();
		await this.#readTwin.begin();
		const answer = await perform(this.#shard, operation);
		const happened = await this.#read.on();
		this.#operator.learn(operation, answer);
		if (
			operation.args[1] === LAPSING_TTL_MS ||
			[
				"tasks.submit",
				"tasks.giveBack",
				"tasks.retry",
				"tasks.change",
			].includes(operation.method)
		)
			await this.#lapse();
		const { sessions, ids } = this.#operator;
		const now = await look(this.#shard, sessions, ids);

		const { putBackMs } = this.#twin.contents.sessions.tokens;
		const madeMs =
			answer.nowMs ??
			raisedMs(answer, putBackMs) ??
			happened.at(-1)?.ms ??
			latestMs(now);
		const sureMs = Math.min(madeMs, now.nowMs);
		this.#clock.nowMs = Math.max(this.#clock.nowMs, sureMs);
		const same = await perform(this.#twin, operation);
		expectAlike(same, answer, `${where}: answers`);
		expectAlike(await this.#readTwin.on(), happened, `${where}: events`);
		this.#clock.nowMs = now.nowMs;
		const twin = await look(this.#twin, sessions, ids);
		expectAlike(twin, now, `${where}: what is left behind`);

		checkInvariants(now, where);
		const places = await this.#world.places(this.#shard.index);
		checkPlaces(places, now, where);
		const twins = placesOf(this.#twin.contents);
		checkPlaces(twins, twin, `${where}, the twin`);
		expectAlike(twins.runs, places.runs, `${where}: runs of ids`);
		if (this.#last !== undefined) checkStep(this.#last, now, where);
		if (operation.method === "sessions.pulse" && answer.routes !== undefined) {
			const waiting = now.counts.waiting.map(({ route }) => route);
			const told = [...answer.routes.ready, ...answer.routes.unserved].sort();
			// Only routes that the node has not seen are told.
			const all = operation.args[2]?.routesSeen === 0;
			const known = new Set(all ? waiting : told);
			expect(told, `${where}: routes with work`).toEqual(
				waiting.filter((route) => known.has(route)),
			);
		}
		await this.#find(now, where);
		this.#last = now;
		return answer;
	}

	/** Tasks that fit a filter are all found, in order, however many steps that takes. */
	async #find({ byId }: Snapshot, where: string): Promise<void> {
		const request = this.#operator.drawSearch();
		if (request === undefined) return;
		const found = await findAll(this.#shard, request);
		const fitting = byId
			.filter((task) => isInState(task, request.state))
			.filter((task) => fitsFilter(task, request.filter ?? {}))
			.sort((a, b) => b.seq - a.seq);
		const said = `${where}: what fits ${JSON.stringify(request)}`;
		expectAlike(found, ...([fitting.map(({ id }) => id), said] as const));
	}

	/** Lets the lease that was just renewed for a moment expire, and what is due in a moment become due. */
	async #lapse(): Promise<void> {
		const { sessions } = this.#shard;
		const { nowMs } = await sessions.nodes();
		while ((await sessions.nodes()).nowMs < nowMs + LAPSING_MS) {
			await this.#world.advance?.(LAPSING_MS);
		}
	}
}
