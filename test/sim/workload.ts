/**
 * Workload: clients that submit tasks to any node, as over HTTP. A client that is refused
 * or not answered tries another node with the same id, a few times, and in between does
 * not know whether its task was accepted. Some give up then.
 */
import type { Api, Submitted } from "../../node/ports.ts";
import { CRASHES_MAX, LEASE_TTL_MS } from "../../protocol/limits.ts";
import type { Route } from "../../protocol/route.ts";
import { hash32 } from "../../protocol/shard.ts";
import type { NewTask } from "../../protocol/task.ts";
import { PLAIN, type TaskOptions } from "../../protocol/task-options.ts";
import type { SubmitEvent } from "../checker/clients.ts";
import { NODES_KILLED_MAX } from "../checker/killers.ts";
import type { Script } from "../fakes/executor.ts";
import { SeededRandom } from "../random.ts";
import { startBulkWishes, tagsOf } from "./bulk-wishes.ts";
import { type Cluster, RESTART_MS_MAX } from "./cluster.ts";
import { CAPPED_TYPE, ROUTES, type Scenario, TYPE } from "./scenario.ts";
import type { SimulatedNode } from "./simulated-node.ts";
import type { TaskScript } from "./task-code.ts";
import { drawWishes, PATIENCE_MS, startWishes } from "./wishes.ts";

/** The longest time for which a task runs. */
export const DURATION_MS_MAX = 20_000;
/** The longest before a task is tried again, without jitter. */
const BACKOFF_MS_MAX = 1_500;
const TRIES_MAX = 4;
const TRY_AGAIN_MS = 300;

/** How often a task kills: enough for it to be found out, and few enough for all to end. */
const KILLS_MAX = 8;

type Expected = SubmitEvent["expected"];
type Told = "ok" | "refused" | "unknown";

interface Order {
	readonly task: NewTask;
	readonly expected: Expected;
	readonly workMs: number;
	/** The client has its answer, or has given up. */
	answered: () => void;
}

export interface Workload {
	/** The ids of all tasks that clients know. */
	readonly ids: string[];
	/** How long it takes to do all of it once, one after another. */
	workMs: number;
	/** The number of clients that do not know yet what became of their task. */
	asking: number;
	/** Submits a task whose code ends the process that it runs in. */
	poison(): void;
}

/** Submits all tasks of the scenario, at times drawn over its storm. */
export function startWorkload(
	cluster: Cluster,
	random: SeededRandom,
): Workload {
	const { scenario, world } = cluster;
	const workload: Workload = {
		...{ ids: [], workMs: 0, asking: 0 },
		poison() {
			take(drawPoison(`poison-${workload.ids.length}`, scenario, random), 0);
		},
	};
	const orders: Order[] = [];
	const take = (order: Order, atMs: number) => {
		orders.push(order);
		workload.ids.push(order.task.id);
		workload.workMs += order.workMs;
		workload.asking += 1;
		order.answered = () => {
			workload.asking -= 1;
		};
		world.clock.after(atMs, () => attempt(cluster, random, order, 1));
		const drawn = drawWishes(order.task.id, scenario);
		// A task that ends its nodes would end as many again.
		const retry = order.expected === "crashed" ? undefined : drawn.retry;
		if (retry !== undefined) workload.workMs += order.workMs + retry.delayMs;
		for (const { delayMs = 0 } of drawn.patches) workload.workMs += delayMs;
		startWishes(cluster, order.task, { ...drawn, retry }, atMs, workload);
	};
	for (let i = 0; i < scenario.tasks; i++) {
		// Some come together, most one by one.
		const atMs = random.unit() * scenario.stormMs;
		const together = random.oneIn(6) ? 1 + random.below(8) : 1;
		for (let j = 0; j < together; j++)
			take(drawOrder(`task-${i}-${j}`, scenario, random), atMs);
	}
	const tagged = orders.filter(({ task }) => task.options.tags !== undefined);
	const ids = tagged.map(({ task }) => task.id);
	const rounds = startBulkWishes(cluster, ids, workload);
	for (const { workMs } of tagged) workload.workMs += rounds * workMs;
	return workload;
}

function drawPoison(
	id: string,
	scenario: Scenario,
	random: SeededRandom,
): Order {
	const durationMs = random.below(random.pick([5, 100, 1_500]));
	const script: TaskScript = [
		{ durationMs, end: "kill" },
		...Array<Script>(KILLS_MAX - 1).fill({ durationMs, end: "kill" }),
		{ durationMs, end: "exit" },
	];
	return {
		task: {
			id,
			route: routeOf(id, scenario, random),
			priority: random.oneIn(3) ? random.below(256) : 5,
			options: PLAIN,
			payload: JSON.stringify(script),
		},
		expected: "crashed",
		workMs:
			longestMs(script) + NODES_KILLED_MAX * (LEASE_TTL_MS + RESTART_MS_MAX),
		answered() {},
	};
}

function drawOrder(
	id: string,
	scenario: Scenario,
	random: SeededRandom,
): Order {
	const { kind } = scenario;
	const [drawn, expected] =
		kind === "calm" ? drawPlain(random) : drawScript(random);
	// A task that ends its nodes would end as many again.
	const tags = expected === "crashed" ? [] : tagsOf(id, scenario);
	const times = drawOptions(id, scenario);
	const options = tags.length > 0 ? { ...times, tags } : times;
	const { retries = 0, delay = 0 } = options;
	const script = retries > 0 ? failingFirst(id, drawn) : drawn;
	return {
		task: {
			id,
			route: routeOf(id, scenario, random),
			priority: random.oneIn(3) ? random.below(256) : 5,
			options,
			payload: JSON.stringify(script),
		},
		expected,
		workMs:
			(retries + 1) * longestMs(script) +
			2 * retries * BACKOFF_MS_MAX +
			Number(delay),
		answered() {},
	};
}

/** The route of a task. Its type is drawn apart, so that a seed's other draws are what they would be without. */
function routeOf(
	id: string,
	{ seed, capped }: Scenario,
	random: SeededRandom,
): Route {
	const route = random.pick(ROUTES);
	return capped && hash32(id, seed ^ 0xca95) % 2 === 0
		? route.replace(TYPE, CAPPED_TYPE)
		: route;
}

/**
 * A task that is tried again fails first; every second one has crashed before, unless it
 * does so later.
 */
function failingFirst(id: string, drawn: TaskScript): TaskScript {
	const fails: TaskScript = [{ durationMs: 20, end: "throw" }, ...drawn];
	const crashes = drawn.some(({ end }) => end === "exit" || end === "die");
	return crashes || hash32(id) % 2 === 0
		? fails
		: [{ durationMs: 20, end: "exit" }, ...fails];
}

/** Draws the options of a task, apart, so that a seed's other draws are what they would be without. */
function drawOptions(id: string, { seed, kind }: Scenario): TaskOptions {
	const random = new SeededRandom(hash32(id, seed ^ 0x71e5));
	// If one node runs one task at a time, the order of creation is judged.
	if (kind === "calm" || !random.oneIn(4)) return PLAIN;
	const delay = random.below(random.pick([50, 2_000, 10_000]));
	const expiresIn = 1 + random.below(random.pick([20, 3_000]));
	const backoff = { delay: random.below(BACKOFF_MS_MAX) };
	const retries = { retries: 1 + random.below(3), backoff };
	return random.pick<TaskOptions>([
		...[{ delay }, { expiresIn }, { delay, expiresIn }],
		...[retries, { delay, ...retries }, { expiresIn, ...retries }],
		{ onLeaseLost: "continue" },
	]);
}

/** The longest time, with all the runs that it takes until a task is given up for crashing. */
function longestMs(script: TaskScript): number {
	const durations = script.map(({ durationMs }) => Number(durationMs));
	return CRASHES_MAX * Math.max(...durations);
}

function drawPlain(random: SeededRandom): [TaskScript, Expected] {
	// Some are there at several pulses, at each of which the store is asked about them.
	const msMax = random.oneIn(12) ? 3_000 : 150;
	return [[{ durationMs: random.below(msMax) }], "SUCCESS"];
}

function drawScript(random: SeededRandom): [TaskScript, Expected] {
	const durationMs = random.oneIn(5)
		? random.below(random.pick([3_000, DURATION_MS_MAX]))
		: random.below(random.pick([5, 100, 1_500]));
	const deaf = random.oneIn(10);
	const plain = { durationMs, deaf };
	const kind = random.below(40);
	if (kind === 0) return [[{ ...plain, end: "die" }], "crashed"];
	if (kind === 1) return [[{ ...plain, end: "exit" }], "crashed"];
	// Once lost or crashed, the task may never throw: both ends are good.
	if (kind <= 3) return [[{ ...plain, end: "exit" }, plain], "SUCCESS"];
	if (kind <= 6) return [[{ ...plain, end: "throw" }], "FAILURE"];
	return [[plain], "SUCCESS"];
}

function attempt(
	cluster: Cluster,
	random: SeededRandom,
	order: Order,
	tries: number,
): void {
	const { clock, recorder } = cluster.world;
	const { task, expected } = order;
	const { id, route, priority } = task;
	recorder.record({
		kind: "submit",
		...{ id, route, priority },
		...(task.options.retries !== undefined && {
			retries: task.options.retries,
		}),
		...(task.options.expiresIn !== undefined && { mayExpire: true }),
		...(task.options.onLeaseLost !== undefined && { runsOn: true }),
		...(expected === undefined ? {} : { expected }),
	});
	const life = cluster.anyLife(random);
	ask(cluster, life, task, (outcome) => {
		recorder.record({ kind: "submitted", id, outcome });
		if (outcome === "ok" || tries === TRIES_MAX) {
			order.answered();
			return;
		}
		clock.after(TRY_AGAIN_MS, () => attempt(cluster, random, order, tries + 1));
	});
}

/** Makes one request. Its connection breaks if the node dies, and the client waits only so long. */
function ask(
	{ world: { clock } }: Cluster,
	node: SimulatedNode | undefined,
	task: NewTask,
	answer: (told: Told) => void,
): void {
	let answered = false;
	const tell = (told: Told) => {
		if (!answered) answer(told);
		answered = true;
	};
	if (node === undefined) {
		clock.after(1, () => tell("refused"));
		return;
	}
	node.machine.onDeath(() => clock.soon(() => tell("unknown")));
	clock.after(PATIENCE_MS, () => tell("unknown"));
	node.machine.run(() => {
		submit(node.api, task).then((told) => clock.soon(() => tell(told)));
	});
}

async function submit(api: Api, task: NewTask): Promise<Told> {
	const [submitted] = await api.tasks.submit([task]);
	return told(submitted as Submitted);
}

function told(submitted: Submitted): Told {
	if (submitted.ok) return "ok";
	return submitted.problem.code === "outcome_unknown" ? "unknown" : "refused";
}
