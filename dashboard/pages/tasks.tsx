/** Tasks: the newest, of one state if the address says so: `#/tasks?state=FAILURE`. */
import type { JSX } from "preact";
import type { TaskAsListed } from "../../protocol/schema.ts";
import { TASK_STATES } from "../../protocol/state.ts";
import type { Page, Place } from "../page.ts";
import { Badge } from "../parts/glyph.tsx";
import { useSteady } from "../parts/steady.ts";
import { type Head, Long, Table } from "../parts/table.tsx";
import { filter, hrefOf } from "../state/address.ts";
import { useAsked } from "../state/asked.ts";
import { nowMs } from "../state/clock.ts";
import { ask } from "../state/node.ts";
import { nameOf } from "../words/nodes.ts";
import { clockTime, counted, figure } from "../words/times.ts";

export const page: Page = {
	path: "tasks",
	title: "Tasks",
	rank: 20,
	key: "t",
	View: Tasks,
};

const TASKS_SHOWN = 50;
const HEADS: readonly Head[] = [
	...["Task", "State", { figure: "Attempt" }, "Type", "Queue"],
	...[{ figure: "Priority" }, "Node", "Created"],
];
const FILTERS = ["state", "type", "queue", "node", "tag", "q"] as const;

function Tasks({ query }: Place): JSX.Element {
	const given = Object.fromEntries(
		FILTERS.flatMap((name) => {
			const value = query.get(name);
			return value === null || (name === "state" && !isState(value))
				? []
				: [[name, value]];
		}),
	);
	const isFiltered = Object.keys(given).length > 0;
	const { value, why } = useAsked(`tasks ${JSON.stringify(given)}`, () =>
		ask("listTasks", { query: { limit: TASKS_SHOWN, ...given } }),
	).value;
	const { shown, newer, ref, catchUp } = useSteady(
		value?.tasks ?? [],
		({ id }) => id,
	);
	const none = isFiltered
		? "No task is like this."
		: "No task was submitted yet.";
	return (
		<section aria-labelledby="tasks-title">
			<h1 id="tasks-title">Newest tasks</h1>
			<States chosen={given.state} />
			{newer > 0 && (
				<button type="button" onClick={catchUp}>
					{counted(newer, "newer task")} ↑
				</button>
			)}
			<div ref={ref}>
				<Table
					label="Table of the newest tasks"
					heads={HEADS}
					empty={why ?? (value && none)}
				>
					{shown.map((task) => (
						<Row key={task.id} task={task} />
					))}
				</Table>
			</div>
		</section>
	);
}

function States({
	chosen,
}: {
	readonly chosen: string | undefined;
}): JSX.Element {
	const choose = (event: MouseEvent, state: string | undefined) => {
		event.preventDefault();
		filter({ state });
	};
	return (
		<nav class="chips" aria-label="State">
			{[undefined, ...TASK_STATES].map((state) => (
				<a
					key={state}
					class="chip"
					href={hrefOf("tasks", { state })}
					onClick={(event) => choose(event, state)}
					aria-current={chosen === state ? "true" : undefined}
				>
					{state === undefined ? "All" : <Badge state={state} />}
				</a>
			))}
		</nav>
	);
}

function Row({ task }: { readonly task: TaskAsListed }): JSX.Element {
	return (
		<tr>
			<th scope="row" class="long" title={task.id}>
				<a href={hrefOf(`tasks/${task.id}`)} data-row>
					{task.id}
				</a>
			</th>
			<td>
				<Badge state={task.state} />
			</td>
			<td class="figure">{figure(task.attempt)}</td>
			<Long text={task.type} />
			<Long text={task.queue} />
			<td class="figure">{figure(task.priority)}</td>
			<Long text={nameOf(task.nodeName, task.node)} />
			<td>{clockTime(new Date(task.createdAt), nowMs.value)}</td>
		</tr>
	);
}

function isState(text: string): boolean {
	return TASK_STATES.some((state) => state === text.toUpperCase());
}
