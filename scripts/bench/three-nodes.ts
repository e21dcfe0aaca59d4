/**
 * Three nodes on one host against one: whether they get in one another's way.
 *
 * The two differ by less than such a machine does from one minute to the next. So all
 * live at once, each under a name of its own, and take turns of a few seconds. Tasks that
 * hold their slots keep all processes of one side busy until its backlog is there, and
 * then end at once, so that these processes begin together; the others have nothing to do
 * meanwhile. All are started only once, since warming up each of three nodes takes three
 * times as many tasks as warming up one.
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bullmq } from "./bullmq.ts";
import {
	CONCURRENCY,
	type Contender,
	type Ground,
	type Scheduler,
} from "./contender.ts";
import { makeHearsay } from "./hearsay.ts";
import type { Figures, MeasureTogether, Side, Stage } from "./measure.ts";
import { perSecond } from "./rates.ts";
import { drainRate } from "./stats.ts";
import { untilRunning, watch } from "./watch.ts";

const NODES = 3;

interface Team {
	readonly contender: Contender;
	readonly workers: number;
	/** The part of the backlog that the other sides have. */
	readonly backlogShare: number;
}

const TEAMS = {
	hearsay: {
		contender: makeHearsay(["--cluster", "three"]),
		workers: NODES,
		backlogShare: 1,
	},
	"one-node": {
		contender: makeHearsay(["--cluster", "one"]),
		workers: 1,
		backlogShare: 1,
	},
	// Otherwise the two that differ by little would wait half a minute for one another.
	bullmq: { contender: bullmq, workers: NODES, backlogShare: 0.2 },
} satisfies Partial<Record<Side, Team>>;

export const threeNodes: MeasureTogether<"rate"> = {
	name: "three-nodes",
	note: `Processes on one host with ${CONCURRENCY} slots each; all hold until a backlog of twice as many tasks is there (for BullMQ, a fifth of that), whose second half counts. All sides live at once and take turns: 15, after three to get warm, in a single round. ×: the median of what each turn's figures yield; to one node, what ${NODES} gain or lose.`,
	lines: { rate: perSecond("no-op tasks, three nodes") },
	once: true,
	turns: { warmUp: 3, counted: 15 },
	open: openTeams,
};

async function openTeams(ground: Ground): Promise<Stage<"rate">> {
	await using opened = new AsyncDisposableStack();
	const sides: Partial<Record<Side, () => Promise<Figures<"rate">>>> = {};
	for (const [side, { contender, workers, backlogShare }] of Object.entries(
		TEAMS,
	)) {
		const scheduler = opened.use(await contender.open(ground, "accepting"));
		await Promise.all(
			Array.from({ length: workers }, () => scheduler.startWorker()),
		);
		const held = workers * CONCURRENCY;
		const backlog = Math.ceil(2 * ground.tasks * backlogShare);
		sides[side as Side] = () =>
			drainTogether(scheduler, held, backlog, ground.directory);
	}
	const kept = opened.move();
	return { sides, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function drainTogether(
	scheduler: Scheduler,
	held: number,
	backlog: number,
	directory: string,
): Promise<Figures<"rate">> {
	// Another file each turn: a process looks for a file until it has seen it.
	const file = join(mkdtempSync(join(directory, "turn-")), "go");
	const hold = () => scheduler.door.submit("hold", { file });
	await Promise.all(Array.from({ length: held }, hold));
	await untilRunning(scheduler, held);
	await scheduler.submitBulk(backlog);
	const watching = watch(scheduler);
	writeFileSync(file, "");
	return { rate: drainRate(await watching, held + backlog) };
}
