/**
 * Wishes: clients that ask for tasks which were submitted before to end, or to run again, by any
 * node. What they ask for is drawn by the task's id alone, so that what else a seed draws
 * is what it would be without.
 */
import { type Api, StoreError } from "../../node/ports.ts";
import { hash32 } from "../../protocol/shard.ts";
import type { CancelledEvent, RetriedEvent } from "../checker/clients.ts";
import { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";
import type { Scenario } from "./scenario.ts";

/** A client waits only so long. */
export const PATIENCE_MS = 3_000;

interface CancelOrder {
	readonly afterMs: number;
	readonly force: boolean;
	/** The round that it means; undefined: whichever it is. */
	readonly round: number | undefined;
}

interface RetryOrder {
	/** Asked for more than once, as by a client whose answers are lost. */
	readonly afterMs: readonly number[];
	readonly delayMs: number;
}

export interface Wishes {
	readonly cancel: CancelOrder | undefined;
	readonly retry: RetryOrder | undefined;
}

export function drawWishes(id: string, scenario: Scenario): Wishes {
	const { seed, kind } = scenario;
	if (kind === "calm") return { cancel: undefined, retry: undefined };
	const cancels = new SeededRandom(hash32(id, seed ^ 0xca7ce1));
	const retries = new SeededRandom(hash32(id, seed ^ 0x7e717));
	return {
		cancel: cancels.oneIn(8) ? drawCancel(cancels) : undefined,
		retry: retries.oneIn(6) ? drawRetry(retries) : undefined,
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

/** Lets clients ask for this, from now on; as many as `workload` has asking more until they have. */
export function startWishes(
	cluster: Cluster,
	id: string,
	{ cancel, retry }: Wishes,
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
}

interface Client {
	readonly cluster: Cluster;
	/** Of which node is asked. */
	readonly random: SeededRandom;
	/** It has its answer, or has given up. */
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
	ask<Pick<CancelledEvent, "outcome" | "round">>(client, {
		begin: () => recorder.record({ kind: "cancel", id, force, ...meant }),
		async request(api) {
			const cancelled = await api.tasks.cancel(id, wish);
			if (cancelled === undefined) return { outcome: "none" };
			const { code, task } = cancelled;
			const isMeant = round === undefined || round === task.round;
			return { outcome: isMeant ? code : "same", round: task.round };
		},
		unanswered: { outcome: "unknown" },
		answered: (told) => recorder.record({ kind: "cancelled", id, ...told }),
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
			const retried = await api.tasks.retry(id, { round, delayMs });
			return retried?.code ?? "none";
		},
		unanswered: "unknown",
		answered: (outcome) =>
			recorder.record({ kind: "retried", id, round, outcome }),
	});
}

interface Question<Told> {
	begin(): void;
	request(api: Api): Promise<Told>;
	/** What the client is told if no answer comes. */
	readonly unanswered: Told;
	answered(told: Told): void;
}

/** One request of some node. Its connection breaks when that dies. */
function ask<Told>(
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
