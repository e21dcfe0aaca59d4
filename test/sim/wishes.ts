/**
 * Wishes: clients that ask any node for tasks that were submitted before to end, to run
 * again, to change, or to be gone. What they ask for is drawn by the task's id alone, so
 * that a seed's other draws are what they would be without.
 */
import assert from "node:assert/strict";
import { type Api, StoreError } from "../../node/ports.ts";
import { hash32 } from "../../protocol/shard.ts";
import { isEnded } from "../../protocol/state.ts";
import type { NewTask } from "../../protocol/task.ts";
import type {
	CancelledEvent,
	PatchedEvent,
	RemovedEvent,
	RetriedEvent,
} from "../checker/clients.ts";
import { FREE } from "../fakes/free-place.ts";
import { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";
import type { Scenario } from "./scenario.ts";

/** How long a client waits for an answer. */
export const PATIENCE_MS = 3_000;

const PUT_OFF_MS_MAX = 3_000;

interface CancelOrder {
	readonly afterMs: number;
	readonly force: boolean;
	/** The round that the client means; undefined for any. */
	readonly round: number | undefined;
}

interface RetryOrder {
	/** When the client asks; more than once, as when answers are lost. */
	readonly afterMs: readonly number[];
	readonly delayMs: number;
}

interface PatchOrder {
	readonly afterMs: number;
	/** The new priority; undefined if it stays as it is. */
	readonly priority: number | undefined;
	/** How long after the change the task is due; undefined if that stays as it is. */
	readonly delayMs: number | undefined;
}

interface RemoveOrder {
	readonly afterMs: number;
}

export interface Wishes {
	readonly cancel: CancelOrder | undefined;
	readonly retry: RetryOrder | undefined;
	readonly patches: readonly PatchOrder[];
	/** The requests to delete; more than one, as of a client whose answers are lost. */
	readonly removes: readonly RemoveOrder[];
}

const NONE: Wishes = {
	...{ cancel: undefined, retry: undefined, patches: [], removes: [] },
};

export function drawWishes(id: string, scenario: Scenario): Wishes {
	const { seed, kind } = scenario;
	if (kind === "calm") return NONE;
	const patches = new SeededRandom(hash32(id, seed ^ 0x9a7c4));
	const removes = new SeededRandom(hash32(id, seed ^ 0xde1e7e));
	const cancels = new SeededRandom(hash32(id, seed ^ 0xca7ce1));
	const retries = new SeededRandom(hash32(id, seed ^ 0x7e717));
	return {
		cancel: cancels.oneIn(8) ? drawCancel(cancels) : undefined,
		retry: retries.oneIn(6) ? drawRetry(retries) : undefined,
		patches: patches.oneIn(6) ? drawPatches(patches) : [],
		removes: removes.oneIn(10) ? drawRemoves(removes) : [],
	};
}

function drawCancel(random: SeededRandom): CancelOrder {
	const afterMs = random.below(random.pick([20, 500, 3_000, 12_000]));
	return {
		...{ afterMs, force: random.oneIn(4) },
		round: random.oneIn(2) ? 1 : undefined,
	};
}

function drawRetry(random: SeededRandom): RetryOrder {
	const times = 1 + random.below(4);
	const atMs = () => random.below(random.pick([3_000, 8_000, 20_000]));
	return {
		afterMs: Array.from({ length: times }, atMs),
		delayMs: random.oneIn(3) ? random.below(2_000) : 0,
	};
}

function drawPatches(random: SeededRandom): PatchOrder[] {
	return Array.from({ length: 1 + random.below(3) }, () => {
		const afterMs = random.below(random.pick([20, 500, 5_000]));
		const isTimed = random.oneIn(3);
		return {
			afterMs,
			priority: random.oneIn(2) ? random.below(256) : undefined,
			delayMs: isTimed ? random.below(PUT_OFF_MS_MAX) : undefined,
		};
	});
}

function drawRemoves(random: SeededRandom): RemoveOrder[] {
	return Array.from({ length: 1 + random.below(3) }, () => ({
		afterMs: random.below(random.pick([500, 5_000, 20_000])),
	}));
}

/**
 * Lets clients ask for this, from now on; until they are done they count in the `asking`
 * of `workload`.
 */
export function startWishes(
	cluster: Cluster,
	{ id, options: { tags = [] } }: Pick<NewTask, "id" | "options">,
	{ cancel, retry, patches, removes }: Wishes,
	fromMs: number,
	workload: { asking: number },
): void {
	const { scenario, world } = cluster;
	const random = new SeededRandom(hash32(id, scenario.seed ^ 0x0de5));
	const at = (afterMs: number, wish: (client: Client) => void) => {
		workload.asking += 1;
		const done = () => {
			workload.asking -= 1;
		};
		const client = { cluster, random, done };
		world.clock.after(fromMs + afterMs, () => wish(client));
	};
	if (cancel !== undefined)
		at(cancel.afterMs, (client) => askToEnd(client, id, cancel));
	for (const afterMs of retry?.afterMs ?? [])
		at(afterMs, (client) => askForRound(client, id, retry as RetryOrder));
	for (const [i, patch] of patches.entries())
		at(patch.afterMs, (client) =>
			askToChange(client, id, [`mark-${i}`, ...tags], patch),
		);
	for (const { afterMs } of removes)
		at(afterMs, (client) => askToRemove(client, id));
}

export interface Client {
	readonly cluster: Cluster;
	/** Draws the node that is asked. */
	readonly random: SeededRandom;
	/** The client has its answer, or has given up. */
	done(): void;
}

function askToEnd(
	client: Client,
	id: string,
	{ force, round }: CancelOrder,
): void {
	const { recorder } = client.cluster.world;
	const meant = round === undefined ? {} : { round };
	const wish = { round, reason: "", force };
	const fromMs = client.cluster.world.clock.monoMs();
	ask<Pick<CancelledEvent, "outcome" | "round">>(client, {
		begin: () => recorder.record({ kind: "cancel", id, force, ...meant }),
		async request(api) {
			const cancelled = await api.tasks.cancel(id, wish, FREE);
			if (cancelled === undefined) return { outcome: "none" };
			assert(cancelled !== "unread");
			const { code, task } = cancelled;
			const isMeant = round === undefined || round === task.round;
			// It may have been opened again before it was read.
			const shows =
				code === "done"
					? task.state === "CANCELLED"
					: isEnded(task.state) || task.cancel !== undefined;
			const outcome = isMeant && shows ? code : "same";
			return { outcome, round: task.round };
		},
		unanswered: { outcome: "unknown" },
		answered: (told) =>
			recorder.record({ kind: "cancelled", id, fromMs, ...told }),
	});
}

function askForRound(
	client: Client,
	id: string,
	{ delayMs }: RetryOrder,
): void {
	const { recorder } = client.cluster.world;
	const round = 1;
	ask<RetriedEvent["outcome"]>(client, {
		begin: () => recorder.record({ kind: "retry", id, round }),
		async request(api) {
			const wish = { round, delayMs };
			const retried = await api.tasks.retry(id, wish, FREE);
			assert(retried !== "unread");
			return retried?.code ?? "none";
		},
		unanswered: "unknown",
		answered: (outcome) =>
			recorder.record({ kind: "retried", id, round, outcome }),
	});
}

function askToChange(
	client: Client,
	id: string,
	/** The first tag is the mark of the change; a task that fits a filter goes on doing so. */
	tags: readonly [mark: string, ...string[]],
	{ priority, delayMs }: PatchOrder,
): void {
	const { recorder } = client.cluster.world;
	const isTimed = delayMs !== undefined;
	const [mark] = tags;
	const changes = {
		...(priority !== undefined && { priority }),
		options: { tags: [...tags], ...(isTimed && { delay: delayMs }) },
	};
	ask<PatchedEvent["outcome"]>(client, {
		begin: () => recorder.record({ kind: "patch", id, mark, isTimed }),
		async request(api) {
			const changed = await api.tasks.patch(id, changes, FREE);
			assert(changed !== "unread");
			return changed?.code ?? "none";
		},
		unanswered: "unknown",
		answered: (outcome) =>
			recorder.record({ kind: "patched", id, mark, outcome }),
	});
}

function askToRemove(client: Client, id: string): void {
	const { recorder } = client.cluster.world;
	ask<RemovedEvent["outcome"]>(client, {
		begin: () => recorder.record({ kind: "remove", id }),
		async request(api) {
			const removed = await api.tasks.remove(id, FREE);
			assert(removed !== "unread");
			return removed?.code ?? "none";
		},
		unanswered: "unknown",
		answered: (outcome) => recorder.record({ kind: "removed", id, outcome }),
	});
}

interface Question<Told> {
	begin(): void;
	request(api: Api): Promise<Told>;
	/** What the client concludes if no answer comes. */
	readonly unanswered: Told;
	answered(told: Told): void;
}

/** Makes one request to some node. Its connection breaks if that node dies. */
export function ask<Told>(
	{ cluster, random, done }: Client,
	question: Question<Told>,
): void {
	const { clock } = cluster.world;
	const node = cluster.anyLife(random);
	if (node === undefined) {
		done();
		return;
	}
	question.begin();
	let isAnswered = false;
	const tell = (told: Told) => {
		if (isAnswered) return;
		isAnswered = true;
		question.answered(told);
		done();
	};
	const giveUp = () => tell(question.unanswered);
	node.machine.onDeath(() => clock.soon(giveUp));
	clock.after(PATIENCE_MS, giveUp);
	node.machine.run(() => {
		question.request(node.api).then(
			(told) => clock.soon(() => tell(told)),
			(error) => {
				if (!(error instanceof StoreError)) throw error;
				clock.soon(giveUp);
			},
		);
	});
}
