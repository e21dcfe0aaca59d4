/**
 * The verdict: one sentence on the cluster, always. The worst that is the case comes first;
 * what is over but matters, as a node that died, is told for ten minutes or until it is
 * dismissed.
 */
import { LIVE_DEATHS_MS } from "../../protocol/limits/live.ts";
import type { NodeState } from "../../protocol/node-state.ts";
import {
	deathKey,
	type LiveDeath,
	type LiveModel,
	type LiveNode,
} from "./live-model.ts";
import { alone } from "./nodes.ts";
import { clockTime, counted, figure, longSpanOf, spanOf } from "./times.ts";

export interface Verdict {
	/** What it looks like: a state of nodes, or of tasks. */
	readonly tone: NodeState | "FAILURE";
	/** Another glyph than that of its state. */
	readonly glyph?: "away";
	/** What is the matter. */
	readonly lead: string;
	/** What the matter means. */
	readonly parts: readonly string[];
	/** Where to read on: part of an address of the page. */
	readonly more?: {
		readonly text: string;
		readonly path: string;
		readonly query?: Readonly<Record<string, string>>;
	};
	/** The key by which it is dismissed; absent if it stays as long as it is true. */
	readonly key?: string;
	/** What else is the matter. */
	readonly others: readonly string[];
}

type Found = Omit<Verdict, "others">;

/** Fewer tasks that ended say nothing about a share. */
const FAILING_ENDS_MIN = 20;
export const FAILING_SHARE = 0.1;
const NAMES_MAX = 3;
const MOVED_NAMES_MAX = 4;

/** `nowMs`: by the clock of Redis. `dismissed`: keys. */
export function verdictOf(
	model: LiveModel,
	nowMs: number,
	dismissed: ReadonlySet<string>,
): Verdict {
	const found = [
		...storeTrouble(model, nowMs),
		...deathsOf(model, nowMs, dismissed),
		...illNodes(model),
		...unserved(model, nowMs),
		...failing(model),
	];
	const [first] = found;
	return first === undefined
		? { ...allWell(model), others: [] }
		: { ...first, others: found.slice(1).map(({ lead }) => lead) };
}

/** The verdict when no frame has come for so long: what was last said, marked as out of date. */
export function outOfDate({ lead }: Verdict, quietMs: number): Verdict {
	return {
		...{ tone: "suspect", glyph: "away" },
		lead: "How things are now is not known",
		parts: [
			quietMs < 1_000
				? "this node does not answer"
				: `this node has not answered for ${longSpanOf(quietMs)}`,
			"it and the others are asked again",
			`it said last: ${lead}`,
		],
		others: [],
	};
}

function storeTrouble({ store, figures }: LiveModel, nowMs: number): Found[] {
	if (store.up) return [];
	const since =
		store.awaySinceMs === undefined
			? ""
			: ` since ${clockTime(new Date(store.awaySinceMs), nowMs)}`;
	const { agree = 0, disagree = 0, disagreeNames = [] } = store;
	const goesOn =
		figures === undefined || figures.started === 0
			? []
			: [
					`${counted(figures.started, "task")} go${figures.started === 1 ? "es" : ""} on`,
				];
	return [
		{
			tone: "cut-off",
			lead: `Redis is away${since}`,
			parts: [
				...goesOn,
				"submissions are refused",
				...(agree > 0 ? [`${counted(agree + 1, "node")} agree`] : []),
				...(disagree > 0
					? [`${listed(disagreeNames, disagree)} can reach it`]
					: []),
			],
		},
	];
}

function deathsOf(
	model: LiveModel,
	nowMs: number,
	dismissed: ReadonlySet<string>,
): Found[] {
	return model.deaths
		.filter((death) => death.grounds !== "restarted" || death.tasks > 0)
		.filter(
			(death) =>
				nowMs - death.atMs < LIVE_DEATHS_MS && !dismissed.has(deathKey(death)),
		)
		.map((death) => ({
			...{ tone: "dead" as const, key: deathKey(death) },
			lead: `${alone(death.name ?? death.node)} died ${longSpanOf(nowMs - death.atMs)} ago`,
			parts: [...whatMoved(death), ...isBack(model, death)],
			...(death.tasks > 0 && {
				more: {
					text:
						death.tasks === 1 ? "Show it" : `Show the ${figure(death.tasks)}`,
					...{ path: "tasks", query: { moved: "true" } },
				},
			}),
		}));
}

/** Where the tasks of a dead node went, a clause each. */
export function whatMoved(death: LiveDeath): string[] {
	const { tasks, moved, movedTasks, overTasks, waitingTasks, slowestMs } =
		death;
	if (tasks === 0) return ["it ran nothing"];
	const to = moved.map(
		({ name, tasks }) => `${alone(name)} (${figure(tasks)})`,
	);
	const elsewhere = to.length - MOVED_NAMES_MAX;
	if (elsewhere > 1)
		to.splice(MOVED_NAMES_MAX, elsewhere, counted(elsewhere, "other node"));
	return [
		...(movedTasks > 0
			? [`${counted(movedTasks, "task")} moved to ${to.join(", ")}`]
			: []),
		...(waitingTasks > 0
			? [
					`${counted(waitingTasks, movedTasks > 0 ? "other" : "task")} wait${waitingTasks === 1 ? "s" : ""} to run again`,
				]
			: []),
		...(overTasks > 0 ? [`${figure(overTasks)} will not run again`] : []),
		...(slowestMs === undefined ? [] : [`slowest ${spanOf(slowestMs)}`]),
		...(death.isPartial ? [] : ["none lost"]),
	];
}

/** Says whether a later life of the node is back. */
function isBack({ nodes }: LiveModel, { node, epoch }: LiveDeath): string[] {
	const now = [...nodes.values()].find(({ id }) => id === node);
	const isHere =
		now !== undefined && now.state !== "dead" && (now.epoch ?? 0) !== epoch;
	return isHere ? ["it is back"] : [];
}

const ILL: readonly NodeState[] = ["cut-off", "suspect", "at-risk"];
const WHAT_IT_MEANS: Partial<Record<NodeState, string>> = {
	"cut-off": "it cannot reach Redis, and takes nothing new",
	"at-risk": "its machine may be taken away; it comes last in turn for work",
	suspect: "nobody hears it; if it is silent for long, others take its tasks",
};

function illNodes({ nodes, store }: LiveModel): Found[] {
	// While Redis is away all nodes look ill, and the verdict is about Redis.
	if (!store.up) return [];
	return ILL.flatMap((state) => {
		const ill = [...nodes.values()].filter((each) => each.state === state);
		if (ill.length === 0) return [];
		const names = listed(namesOf(ill), ill.length);
		return [
			{
				tone: state,
				lead: `${names} ${ill.length === 1 ? "is" : "are"} ${state}`,
				parts: [WHAT_IT_MEANS[state] ?? ""],
				more: { text: "Nodes", path: "nodes" },
			},
		];
	});
}

function unserved({ queues, queuesMore }: LiveModel, nowMs: number): Found[] {
	const none = queues.filter(({ unserved }) => unserved);
	const [worst] = none;
	if (worst?.oldest === undefined) return [];
	const waits = longSpanOf(nowMs - Date.parse(worst.oldest.since));
	const isAll = none.length === queues.length && queuesMore > 0;
	const more = none.length - 1;
	return [
		{
			...{ tone: "suspect" as const, glyph: "away" as const },
			lead: `${alone(worst.queue)} · ${alone(worst.type)} waits for nobody`,
			parts: [
				worst.missing === undefined
					? "no node can run it"
					: `no node has ${worst.missing}`,
				`${counted(worst.counts.PENDING, "task")} for ${waits}`,
				...(more > 0
					? [
							`${isAll ? "at least " : ""}${counted(more, "other queue")} likewise`,
						]
					: []),
			],
			more: {
				...{ text: "Show them", path: "tasks" },
				query: { state: "PENDING", queue: worst.queue, type: worst.type },
			},
		},
	];
}

function failing({ figures }: LiveModel): Found[] {
	if (figures === undefined) return [];
	const { ended, failed, types } = figures.failing;
	if (ended < FAILING_ENDS_MIN || failed / ended < FAILING_SHARE) return [];
	const names = types.slice(0, NAMES_MAX).map(({ type }) => alone(type));
	return [
		{
			tone: "FAILURE",
			lead: `${percent(failed / ended)} of tasks fail`,
			parts: names.length > 0 ? [`most of all ${names.join(", ")}`] : [],
			more: {
				...{ text: "Why", path: "tasks" },
				query: { state: "FAILURE" },
			},
		},
	];
}

function allWell({ nodes, figures }: LiveModel): Found {
	const up = [...nodes.values()].filter(({ state }) => state === "up").length;
	const pending = figures?.pending ?? 0;
	return {
		tone: "up",
		lead: "All well",
		parts: [
			`${counted(up, "node")} up`,
			pending === 0
				? "nothing waits"
				: `${counted(pending, "task")} wait${pending === 1 ? "s" : ""}`,
		],
	};
}

export function percent(share: number): string {
	const value = share * 100;
	if (value > 0 && value < 0.1) return "< 0.1 %";
	return `${value >= 99.95 || value === 0 ? value.toFixed(0) : value.toFixed(1)} %`;
}

const namesOf = (nodes: readonly LiveNode[]) =>
	nodes.map(({ name }) => alone(name));

/** `node-1, node-2 and 5 more`. */
function listed(names: readonly string[], count: number): string {
	const shown = names.slice(0, NAMES_MAX);
	const more = count - shown.length;
	if (shown.length === 0) return counted(count, "node");
	if (more > 0) return `${shown.join(", ")} and ${more} more`;
	return shown.length < 2
		? shown.join()
		: `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
