/** The measures of throughput: how fast tasks are accepted, and how fast they end. */
import { openBareRoute } from "./bare-route.ts";
import { bareScripts, bareScriptsTogether } from "./bare-scripts.ts";
import { bullmq } from "./bullmq.ts";
import { nowMs } from "./clock.ts";
import {
	type Contender,
	type Door,
	type Ground,
	IN_FLIGHT,
	PRIORITIES,
} from "./contender.ts";
import { hearsay } from "./hearsay.ts";
import type { Figures, Measure, Sides } from "./measure.ts";
import { inPieces } from "./pieces.ts";
import { endToEndRate, perSecond, rateSince, warmUp } from "./rates.ts";
import { drainRate } from "./stats.ts";
import { watch } from "./watch.ts";

/** Hearsay and BullMQ, by the same code. */
function both<Key extends string>(
	run: (contender: Contender, ground: Ground) => Promise<Figures<Key>>,
): Sides<Key> {
	return {
		hearsay: (ground) => run(hearsay, ground),
		bullmq: (ground) => run(bullmq, ground),
	};
}

const bulk: Measure = {
	name: "bulk",
	note: "The second half of twice as many. Hearsay: NDJSON over HTTP. BullMQ: addBulk in the submitter's process. Ceiling: the store's script in a bare loop.",
	lines: { rate: perSecond("bulk submit") },
	sides: {
		...both(async (contender, ground) => {
			await using scheduler = await contender.open(ground, "accepting");
			await scheduler.submitBulk(ground.tasks);
			const startMs = nowMs();
			await scheduler.submitBulk(ground.tasks);
			return { rate: rateSince(startMs, ground.tasks) };
		}),
		ceiling: async (ground) => {
			const { submitting } = await bareScripts(ground);
			return { rate: submitting };
		},
	},
};

const single: Measure = {
	name: "single",
	note: "Hearsay: POST. BullMQ: add in the submitter's process. Ceiling: a fastify route that makes one script call.",
	lines: { rate: perSecond(`single submits, ${IN_FLIGHT} in flight`) },
	sides: {
		...both(async (contender, ground) => {
			await using scheduler = await contender.open(ground, "accepting");
			return { rate: await singleRate(scheduler, ground.tasks) };
		}),
		ceiling: async (ground) => {
			await using route = await openBareRoute(ground);
			return { rate: await singleRate(route, ground.tasks) };
		},
	},
};

const processing: Measure = {
	name: "processing",
	note: "One process that runs tasks; the second half of twice as many. Ceiling: the store's scripts in a bare loop, claiming and completing alone.",
	lines: { rate: perSecond("no-op tasks, from a backlog") },
	sides: {
		...both(async (contender, ground) => {
			await using scheduler = await contender.open(ground, "accepting");
			const backlog = 2 * ground.tasks;
			await scheduler.submitBulk(backlog);
			const [samples] = await Promise.all([
				watch(scheduler),
				scheduler.startWorker(),
			]);
			return { rate: drainRate(samples, backlog) };
		}),
		ceiling: async (ground) => {
			const { processing } = await bareScripts(ground);
			return { rate: processing };
		},
	},
};

const endToEnd: Measure = {
	name: "end-to-end",
	note: "From the first submission to the last result. Ceiling: the store's scripts in a bare loop, submitting too.",
	lines: { rate: perSecond("no-op tasks, bulk submit to result") },
	sides: {
		...both(async (contender, ground) => {
			await using scheduler = await contender.open(ground, "running");
			const submit = (count: number) => scheduler.submitBulk(count);
			return { rate: await endToEndRate(scheduler, ground.tasks, submit) };
		}),
		ceiling: async (ground) => ({ rate: await bareScriptsTogether(ground) }),
	},
};

const priorities: Measure = {
	name: "priorities",
	note: `Priorities 1 to ${PRIORITIES} in turn; for BullMQ, too, whose low ones go first. Otherwise as bulk and processing.`,
	lines: {
		bulk: perSecond("bulk submit, ten priorities"),
		rate: perSecond("no-op tasks, ten priorities"),
	},
	sides: {
		...both(async (contender, ground) => {
			await using scheduler = await contender.open(ground, "accepting");
			await scheduler.submitBulk(ground.tasks, PRIORITIES);
			const startMs = nowMs();
			await scheduler.submitBulk(ground.tasks, PRIORITIES);
			const bulk = rateSince(startMs, ground.tasks);
			const [samples] = await Promise.all([
				watch(scheduler),
				scheduler.startWorker(),
			]);
			return { bulk, rate: drainRate(samples, 2 * ground.tasks) };
		}),
		ceiling: async (ground) => {
			const { submitting, processing } = await bareScripts(ground, PRIORITIES);
			return { bulk: submitting, rate: processing };
		},
	},
};

export const THROUGHPUT: readonly Measure[] = [
	bulk,
	single,
	processing,
	endToEnd,
	priorities,
];

async function singleRate(door: Door, tasks: number): Promise<number> {
	await submitSingles(door, warmUp(tasks));
	const startMs = nowMs();
	await submitSingles(door, tasks);
	return rateSince(startMs, tasks);
}

function submitSingles(door: Door, count: number): Promise<void> {
	return inPieces(count, 1, IN_FLIGHT, (n) => door.submit("noop", { n }));
}
