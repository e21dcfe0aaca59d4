/**
 * Timeouts hold, whatever the code does: its signal fires in time, what ignores that or
 * spins is ended by force, and tasks that share its thread are none the worse for it.
 *
 * Three nodes are asked in turn, by a label of their own. The first round on each shows
 * it which types have to be ended; from then on these have threads of their own there,
 * and no other task has to run again for them. All times are of this machine's clock.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ItemAnswer, TaskAsRead } from "../../protocol/schema.ts";
import type { Breach } from "../../test/checker/checker.ts";
import { Cluster, type ClusterNode } from "../../test/cluster.ts";
import { bundleProgram } from "../build/program.ts";
import { spread } from "../chaos/spread.ts";
import type { Finding, Ground, Proof } from "./proof.ts";

const HANDLERS = fileURLToPath(
	new URL("../../test/fixtures/handlers/overdue.ts", import.meta.url),
);
const NODES = ["first", "second", "third"];
const TIMEOUT_MS = 400;
const KILL_AFTER_MS = 600;
/** How late a signal may fire, and how long code may still run after it was to be ended. */
const LATE_MS_MAX = 1_000;
/** Code says a little after its first line that it has begun. */
const EARLY_MS_MAX = 50;
const KINDS = ["awaits", "ignores", "spins", "returns"] as const;
type Kind = (typeof KINDS)[number];
const NEIGHBOURS = 24;
const NEIGHBOUR_MS = 700;
const TIMES = { timeout: TIMEOUT_MS, killAfter: KILL_AFTER_MS };
/** Options of a task that is tried once more, at once. */
const RETRIES = { retries: 1, backoff: { delay: 1, jitter: 0 } };

export const timeouts: Proof = {
	name: "timeouts",
	proves: `code that awaits, spins or ignores its signal is told at its timeout and gone ${LATE_MS_MAX} ms after its killAfter at the latest, each of its attempts fails with it, and what shares its thread ends well`,
	takes: "1 min",
	unit: "rounds on each node",
	times: 6,
	run: measure,
};

interface Round {
	readonly overdue: readonly {
		readonly kind: Kind;
		readonly task: TaskAsRead;
	}[];
	readonly neighbours: readonly TaskAsRead[];
	readonly marks: readonly Marks[];
}

/** What the code of one attempt has said of itself. */
interface Marks {
	readonly kind: Kind;
	readonly beganMs: number;
	readonly signalMs: number | undefined;
	readonly lastMs: number;
}

async function measure({ times, directory, tell }: Ground): Promise<Finding> {
	await bundleProgram();
	await using cluster = await Cluster.start({
		nodes: NODES.map((name) => ["--labels", name]),
		all: ["--handlers", HANDLERS, "--concurrency", "32"],
	});
	const breaches: Breach[] = [];
	const [late, gone]: [number[], number[]] = [[], []];
	let again = 0;
	for (let time = 0; time < times; time += 1)
		for (const [at, label] of NODES.entries()) {
			const folder = join(directory, `${label}-${time}`);
			mkdirSync(folder);
			const round = await inRound(cluster.node(at + 1), label, folder);
			const ranAgain = round.neighbours.filter(({ attempt }) => attempt !== 1);
			again += ranAgain.length;
			tell(`${label}, ${time + 1}: ${ranAgain.length} neighbours ran again`);
			breaches.push(...judgedTasks(round), ...judgedMarks(round, time === 0));
			if (time > 0)
				breaches.push(
					...ranAgain.map(({ id }) => ({
						promise: "a type that was ended by force has threads of its own",
						what: `${id} had to run again in round ${time + 1} of its node`,
					})),
				);
			for (const { kind, beganMs, signalMs, lastMs } of round.marks) {
				if (signalMs !== undefined) late.push(signalMs - beganMs - TIMEOUT_MS);
				if (kind === "ignores" || kind === "spins")
					gone.push(lastMs - beganMs - TIMEOUT_MS - KILL_AFTER_MS);
			}
		}
	return {
		figures: {
			"from timeout to signal, ms": spread(late),
			"from killAfter to the last sign of life, ms": spread(gone),
			"neighbours that ran again": again,
		},
		breaches,
	};
}

/** One task of each kind among many others, all at once. */
async function inRound(
	node: ClusterNode,
	label: string,
	folder: string,
): Promise<Round> {
	const labels = [label];
	const fileOf = (kind: Kind) => join(folder, kind);
	const tasks = [
		...KINDS.map((kind) => ({
			...{ type: kind, payload: { file: fileOf(kind) }, labels },
			...{ ...TIMES, ...RETRIES },
		})),
		...Array(NEIGHBOURS).fill({
			...{ type: "neighbour", payload: { ms: NEIGHBOUR_MS }, labels },
		}),
	];
	const { body } = await node.post<{ tasks: ItemAnswer[] }>("/v1/tasks", tasks);
	const ended = await Promise.all(
		body.tasks.map(({ id = "" }) => node.whenEnded(id)),
	);
	return {
		overdue: KINDS.map((kind, i) => ({ kind, task: ended[i] as TaskAsRead })),
		neighbours: ended.slice(KINDS.length),
		marks: KINDS.flatMap((kind) => marksIn(fileOf(kind), kind)),
	};
}

function marksIn(file: string, kind: Kind): Marks[] {
	const lines = readFileSync(file, "utf8").trimEnd().split("\n");
	const said = lines.map((line) => line.split(" "));
	return [...Map.groupBy(said, ([, token]) => token).values()].map((own) => {
		const timeOf = (what: string) => own.find(([word]) => word === what)?.[2];
		const signal = timeOf("signal");
		return {
			kind,
			beganMs: Number(timeOf("begin")),
			signalMs: signal === undefined ? undefined : Number(signal),
			lastMs: Number(own.at(-1)?.[2]),
		};
	});
}

function judgedTasks({ overdue, neighbours }: Round): Breach[] {
	const breaches: Breach[] = [];
	const breach = (promise: string, what: string) =>
		breaches.push({ promise, what });
	for (const { kind, task } of overdue) {
		const { id, state, result, error, failures } = task;
		const ends = task.attempts.map(({ end }) => end).join(", ");
		const said = `${kind} ${id} is ${state} after ${ends}, ${failures} failures, ${error?.code}`;
		if (kind === "returns") {
			if (state !== "SUCCESS" || result !== "in time")
				breach("what code returns before it is ended is its result", said);
		} else if (state !== "FAILURE" || ends !== "timeout, timeout")
			breach("each attempt that takes too long fails with timeout", said);
		else if (error?.code !== "timeout" || failures !== 1)
			breach("a timeout counts as a failure for retries", said);
	}
	for (const { id, state, failures, crashes, attempts } of neighbours) {
		const ends = attempts.map(({ end }) => end ?? "none");
		const harmed = ends.some(
			(end) => !["success", "handed-back"].includes(end),
		);
		if (state !== "SUCCESS" || failures + crashes > 0 || harmed)
			breach(
				"what shares a thread with it ends well, at no cost to it",
				`${id} is ${state} after ${ends.join(", ")}, ${failures} failures, ${crashes} crashes`,
			);
	}
	return breaches;
}

/** `isFirst`: tasks may still share their threads with one that spins, where no signal reaches them. */
function judgedMarks({ marks }: Round, isFirst: boolean): Breach[] {
	const breaches: Breach[] = [];
	const breach = (promise: string, kind: Kind, ms: number) =>
		breaches.push({ promise, what: `${kind}: ${ms} ms` });
	for (const { kind, beganMs, signalMs, lastMs } of marks) {
		const hearsNothing = kind === "spins" || (isFirst && !signalMs);
		const toldMs = (signalMs ?? Infinity) - beganMs - TIMEOUT_MS;
		if (!hearsNothing && (toldMs < -EARLY_MS_MAX || toldMs > LATE_MS_MAX))
			breach(`the signal fires within ${LATE_MS_MAX} ms`, kind, toldMs);
		const goneMs = lastMs - beganMs - TIMEOUT_MS - KILL_AFTER_MS;
		if (goneMs > LATE_MS_MAX)
			breach(
				`no code runs ${LATE_MS_MAX} ms past its timeout and killAfter`,
				...([kind, goneMs] as const),
			);
	}
	return breaches;
}
