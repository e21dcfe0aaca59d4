/**
 * Clients that ask for something to be done to all tasks with a tag, step by step. Each
 * request goes to any node. It goes on where the one before has ended, or begins again
 * there if no answer came. Each task that a request may concern is recorded as if that
 * task had been asked for.
 */
import { BULK_STATES, type BulkAction } from "../../protocol/bulk.ts";
import { hash32 } from "../../protocol/shard.ts";
import { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";
import type { Scenario } from "./scenario.ts";
import { ask, type Client } from "./wishes.ts";

const TAGS = ["red", "blue"] as const;
/** How many requests a client makes, each of which may reopen a task. */
const REQUESTS_MAX = 5;
/** The limits of requests: small ones, so that there are several steps. */
const LIMITS = [1, 4, undefined] as const;
const SPREAD_MS_MAX = 1_000;

interface BulkOrder {
	readonly action: BulkAction;
	readonly tag: string;
	readonly force: boolean;
	readonly limit: number | undefined;
	readonly spreadMs: number;
	/** When the client began. */
	readonly fromMs: number;
}

/**
 * The tags of a task, drawn by its id alone, so that the seed's other draws are what they
 * would be without.
 */
export function tagsOf(id: string, { seed, kind }: Scenario): string[] {
	const random = new SeededRandom(hash32(id, seed ^ 0x7a6));
	// A task that ends its nodes would end as many again.
	const isPoison = id.startsWith("poison");
	if (kind === "calm" || isPoison || !random.oneIn(8)) return [];
	return [random.pick(TAGS)];
}

/** Lets the clients ask. Returns how many requests may open each task with a tag again. */
export function startBulkWishes(
	cluster: Cluster,
	ids: readonly string[],
	workload: { asking: number },
): number {
	const { scenario, world } = cluster;
	const random = new SeededRandom(scenario.seed ^ 0xb01c);
	if (scenario.kind === "calm" || !random.oneIn(2)) return 0;
	let rounds = 0;
	for (let i = 0; i < 1 + random.below(3); i++) {
		const action = random.pick(Object.keys(BULK_STATES) as BulkAction[]);
		const atMs = random.unit() * scenario.stormMs;
		const order = {
			...{ action, tag: random.pick(TAGS), force: random.oneIn(3) },
			limit: random.pick(LIMITS),
			spreadMs: random.oneIn(2) ? random.below(SPREAD_MS_MAX) : 0,
			fromMs: atMs,
		};
		const meant = ids.filter((id) => tagsOf(id, scenario).includes(order.tag));
		if (action === "retry") rounds += REQUESTS_MAX;
		workload.asking += 1;
		const done = () => {
			workload.asking -= 1;
		};
		const client = { cluster, random: new SeededRandom(scenario.seed), done };
		world.clock.after(atMs, () => step(client, order, meant, undefined, 1));
	}
	return rounds;
}

function step(
	{ cluster, random, done }: Client,
	order: BulkOrder,
	meant: readonly string[],
	cursor: string | undefined,
	requests: number,
): void {
	const { recorder, clock } = cluster.world;
	const { action, tag, fromMs, ...more } = order;
	const wish = {
		...{ ...more, action, query: { tags: [tag] }, isDry: false },
		...{ cursor, reason: "" },
	};
	const goOn = (next: string | undefined) => {
		const client = { cluster, random, done };
		step(client, order, meant, next, requests + 1);
	};
	let after: (() => void) | undefined = () => goOn(cursor);
	const next = () => {
		if (after === undefined || requests === REQUESTS_MAX) done();
		else after();
	};
	ask<(() => void) | undefined>(
		{ cluster, random, done: next },
		{
			begin() {
				for (const id of meant) recordWish(cluster, order, id);
			},
			async request(api) {
				const did = await api.tasks.bulk(
					wish,
					new AbortController().signal,
					() => true,
				);
				if (did === undefined) {
					recorder.flaw(`a bulk request was refused its own cursor ${cursor}`);
					return undefined;
				}
				if (did.cursor === undefined) return undefined;
				return () => goOn(did.cursor);
			},
			unanswered: after,
			answered(told) {
				after = told;
				if (told !== undefined || action !== "cancel") return;
				const nowMs = clock.monoMs();
				for (const id of meant)
					recorder.add({ kind: "swept", atMs: nowMs, id, fromMs });
			},
		},
	);
}

function recordWish(
	{ world: { recorder } }: Cluster,
	{ action, force }: BulkOrder,
	id: string,
): void {
	if (action === "cancel") recorder.record({ kind: "cancel", id, force });
	if (action === "retry") recorder.record({ kind: "retry", id });
	if (action === "delete") recorder.record({ kind: "remove", id });
}
