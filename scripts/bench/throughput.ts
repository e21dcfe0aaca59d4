/** The measures of throughput: how fast tasks are accepted, and how fast they end. */
import { runProgram } from "./children.ts";
import { nowMs } from "./clock.ts";
import { type Door, type Ground, IN_FLIGHT, PRIORITIES } from "./contender.ts";
import { openRoute } from "./http-door.ts";
import type { Measure } from "./measure.ts";
import { inPieces } from "./pieces.ts";
import {
	backlogRate,
	bulkRate,
	endToEndRate,
	perSecond,
	rateSince,
	warmUp,
} from "./rates.ts";
import { both } from "./sides.ts";

/** The ceiling: the store's own scripts in a bare loop. The file says what it does and why. */
const BARE_SCRIPTS = "test/bench/bare-scripts.ts";

/** The rates of the bare scripts, in tasks a second. */
export interface BareRates {
	readonly submitting: number;
	/** Claiming and completing. */
	readonly processing: number;
}

const bulk: Measure = {
	name: "bulk",
	note: "The second half of twice as many. Hearsay: NDJSON over HTTP. BullMQ: addBulk in the submitter's process. Ceiling: the store's script in a bare loop.",
	lines: { rate: perSecond("bulk submit") },
	sides: {
		...both("accepting", async (scheduler, { tasks }) => ({
			rate: await bulkRate(scheduler, tasks),
		})),
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
		...both("accepting", async ({ door }, { tasks }) => ({
			rate: await singleRate(door, tasks),
		})),
		ceiling: async (ground) => {
			await using door = await openRoute(
				"the bare route",
				"scripts/bench/bare-route-server.ts",
				ground,
			);
			return { rate: await singleRate(door, ground.tasks) };
		},
	},
};

const processing: Measure = {
	name: "processing",
	note: "One process that runs tasks; the second half of twice as many. Ceiling: the store's scripts in a bare loop, claiming and completing alone.",
	lines: { rate: perSecond("no-op tasks, from a backlog") },
	sides: {
		...both("accepting", async (scheduler, { tasks }) => {
			await scheduler.submitBulk(2 * tasks);
			return { rate: await backlogRate(scheduler, 2 * tasks) };
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
		...both("running", async (scheduler, { tasks }) => {
			const submit = (count: number) => scheduler.submitBulk(count);
			return { rate: await endToEndRate(scheduler, tasks, submit) };
		}),
		ceiling: async ({ redis, tasks }) => {
			const args = [redis.url, "together", tasks, 1];
			return { rate: (await runProgram(BARE_SCRIPTS, args)) as number };
		},
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
		...both("accepting", async (scheduler, { tasks }) => {
			const plan = { priorities: PRIORITIES };
			const bulk = await bulkRate(scheduler, tasks, plan);
			return { bulk, rate: await backlogRate(scheduler, 2 * tasks) };
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

/** Runs the bare scripts: first those that submit, then the rest, with so many different priorities in turn. */
async function bareScripts(
	{ redis, tasks }: Ground,
	priorities = 1,
): Promise<BareRates> {
	const args = [redis.url, "apart", tasks, priorities];
	return (await runProgram(BARE_SCRIPTS, args)) as BareRates;
}

async function singleRate(door: Door, tasks: number): Promise<number> {
	await submitSingles(door, warmUp(tasks));
	const startMs = nowMs();
	await submitSingles(door, tasks);
	return rateSince(startMs, tasks);
}

function submitSingles(door: Door, count: number): Promise<void> {
	return inPieces(count, 1, IN_FLIGHT, (n) => door.submit("noop", { n }));
}
