/**
 * Tasks: the newest that fit the filters, which all stand in the address:
 * `#/tasks?state=FAILURE&type=flaky`. Of failures also why there are so many. Older ones are a
 * page further, which has an address as well; and so has one that is shown beside the others:
 * `#/tasks?state=FAILURE&task=charge-17`.
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { TASK_STATES, type TaskState } from "../../protocol/state.ts";
import type { Page, Place } from "../page.ts";
import { Bulk } from "../parts/bulk.tsx";
import { FailureGroups } from "../parts/failure-groups.tsx";
import { FilterField } from "../parts/filter-field.tsx";
import { Badge } from "../parts/glyph.tsx";
import { TaskSheet } from "../parts/task-sheet.tsx";
import { TaskTable } from "../parts/task-table.tsx";
import { useAsked } from "../state/asked.ts";
import { nowMs } from "../state/clock.ts";
import { ask } from "../state/node.ts";
import { may } from "../state/token.ts";
import {
	askedFor,
	type Chip,
	chipsIn,
	readTaskFilter,
	TASK_FILTERS,
} from "../words/filters.ts";
import { clockTime, counted, figure } from "../words/times.ts";

export const page: Page = {
	path: "tasks",
	title: "Tasks",
	rank: 20,
	key: "t",
	View: Tasks,
};

const TASKS_SHOWN = 50;
const COUNTS_MS = 3_000;
/** States that no task has in many clusters: they are shown once one does. */
const RARE: readonly TaskState[] = ["SCHEDULED", "CANCELLED", "EXPIRED"];

function hrefOf(
	chips: readonly Chip[],
	cursor?: string,
	task?: string,
): string {
	const query = new URLSearchParams(
		chips.map(({ name, value }) => [name, value]),
	);
	if (cursor !== undefined) query.append("cursor", cursor);
	if (task !== undefined) query.append("task", task);
	return `#/tasks${query.size > 0 ? `?${query}` : ""}`;
}

function Tasks({ query }: Place): JSX.Element {
	const chips = chipsIn(query, TASK_FILTERS);
	const cursor = query.get("cursor") || undefined;
	const given = chips.find(({ name }) => name === "state")?.value;
	const state = given?.toUpperCase() as TaskState | undefined;
	const { value } = useAsked(
		"counts",
		() => ask("getCluster"),
		COUNTS_MS,
	).value;
	const beside = query.get("task") || undefined;
	const gone = useSignal<TaskAsRead>();
	return (
		<section class="tasks" data-beside={beside && ""}>
			<div class="list">
				<h1>{cursor === undefined ? "Newest tasks" : "Older tasks"}</h1>
				<States chips={chips} state={state} counts={value?.counts} />
				<FilterField
					label="Filter"
					example="state:failure type:resize node:node-1 attempt:>1"
					chips={chips}
					read={readTaskFilter}
					hrefOf={hrefOf}
				/>
				{state === "FAILURE" && <FailureGroups total={value?.counts.FAILURE} />}
				<List
					key={hrefOf(chips, cursor)}
					{...{ chips, cursor, state, beside }}
					gone={gone.value}
				/>
			</div>
			{beside !== undefined && (
				<TaskSheet
					id={beside}
					list={hrefOf(chips, cursor)}
					isBeside
					gone={(task) => {
						gone.value = task;
					}}
				/>
			)}
		</section>
	);
}

interface StatesParts {
	readonly chips: readonly Chip[];
	readonly state: TaskState | undefined;
	readonly counts: Readonly<Record<TaskState, number>> | undefined;
}

function States({ chips, state, counts }: StatesParts): JSX.Element {
	const others = chips.filter(({ name }) => name !== "state");
	const moved = others.find(({ name }) => name === "moved");
	const withState = (value: TaskState) => [
		{ name: "state", value, text: "" },
		...others,
	];
	const shown = TASK_STATES.filter(
		(each) =>
			each === state || !RARE.includes(each) || (counts?.[each] ?? 0) > 0,
	);
	return (
		<nav class="chips" aria-label="State">
			<a
				class="chip"
				href={hrefOf(others)}
				aria-current={state === undefined ? "true" : undefined}
			>
				All
			</a>
			{shown.map((each) => (
				<a
					key={each}
					class="chip"
					href={hrefOf(withState(each))}
					aria-current={state === each ? "true" : undefined}
				>
					<Badge state={each} />
					{counts && <span class="count">{figure(counts[each])}</span>}
				</a>
			))}
			<a
				class="chip"
				href={hrefOf(
					moved
						? chips.filter((each) => each !== moved)
						: [...chips, { name: "moved", value: "true", text: "" }],
				)}
				aria-current={moved ? "true" : undefined}
				title="Cut off on one node, and run again on another"
			>
				<Badge state="cut-off" word="moved" />
			</a>
		</nav>
	);
}

interface ListParts {
	readonly chips: readonly Chip[];
	readonly cursor: string | undefined;
	readonly state: TaskState | undefined;
	readonly beside: string | undefined;
	/** A task that was deleted, although an answer may still have it. */
	readonly gone: TaskAsRead | undefined;
}

function List({ chips, cursor, state, beside, gone }: ListParts): JSX.Element {
	const given = askedFor(chips, ["tag"]);
	const { value, why } = useAsked(`tasks ${hrefOf(chips, cursor)}`, () =>
		ask("listTasks", {
			query: {
				...{ limit: TASKS_SHOWN, ...given },
				...(cursor !== undefined && { cursor }),
			},
		}),
	).value;
	const none =
		chips.length > 0 ? "No task is like this." : "No task was submitted yet.";
	const next = value?.cursor;
	const tasks = (value?.tasks ?? []).filter(
		({ id, createdAt }) => id !== gone?.id || createdAt !== gone.createdAt,
	);
	return (
		<>
			<TaskTable
				tasks={tasks}
				empty={why ?? (value && none)}
				beside={beside}
				hrefOf={(id) => hrefOf(chips, cursor, id)}
				newer={(count, show) =>
					count > 0 && (
						<button type="button" class="newer" onClick={show}>
							{counted(count, "newer task")} ↑
						</button>
					)
				}
			/>
			<footer class="list-end">
				{cursor !== undefined && <a href={hrefOf(chips)}>Newest</a>}
				{value?.searchedBackTo !== undefined && (
					<span class="note">
						Searched back to{" "}
						{clockTime(new Date(value.searchedBackTo), nowMs.value)}.
					</span>
				)}
				{next !== undefined && (
					<a href={hrefOf(chips, next)}>
						{value?.searchedBackTo === undefined ? "Older" : "Search on"} →
					</a>
				)}
				{may("operate") && tasks.length > 0 && (
					<Bulk filter={bulkFilter(given)} state={state} />
				)}
			</footer>
		</>
	);
}

/** The filter in the form of a request's body, in which not every value is a text. */
function bulkFilter({
	attemptMin,
	moved,
	...texts
}: ReturnType<typeof askedFor>): Readonly<Record<string, unknown>> {
	return {
		...texts,
		...(attemptMin !== undefined && { attemptMin: Number(attemptMin) }),
		...(moved !== undefined && { moved: true }),
	};
}
