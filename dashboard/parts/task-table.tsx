/**
 * A page of tasks, one a row: state, id, where it goes and went, its attempts, how long it waited
 * and ran, and why it ended as it did. One of them may be shown beside them, and they then hold
 * still. Whoever comes back from one finds its row again.
 */
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { TaskAsListed } from "../../protocol/schema.ts";
import { isEnded } from "../../protocol/state.ts";
import { nowMs } from "../state/clock.ts";
import { keepPlace, takePlace } from "../state/list-place.ts";
import { timesOf } from "../words/attempts.ts";
import { nameOf } from "../words/nodes.ts";
import { reasonLine } from "../words/task.ts";
import { longSpanOf, spanOf } from "../words/times.ts";
import { AttemptDots } from "./attempt-dots.tsx";
import { Badge } from "./glyph.tsx";
import { useSteady } from "./steady.ts";
import { type Head, Long, Table } from "./table.tsx";

const HEADS: readonly Head[] = [
	...["State", "Task", "Type", "Queue", "Node", "Attempts"],
	...[{ figure: "Waited" }, { figure: "Ran" }, "Why"],
];

interface Parts {
	readonly tasks: readonly TaskAsListed[];
	readonly empty: ComponentChildren;
	/** The id of the task that is shown beside the table. */
	readonly beside: string | undefined;
	/** The address at which a task is shown beside the table. */
	readonly hrefOf: (id: string) => string;
	/** Draws how many newer tasks are not shown yet, and a way to show them. */
	readonly newer: (count: number, show: () => void) => ComponentChildren;
}

export function TaskTable(parts: Parts): JSX.Element {
	const { tasks, empty, beside, hrefOf, newer } = parts;
	const steady = useSteady(tasks, ({ id }) => id, beside !== undefined);
	const { shown, ref } = steady;
	const last = useRef<{ readonly beside: string | undefined } | null>(null);
	useLayoutEffect(() => {
		if (shown.length === 0) return;
		const before = last.current;
		last.current = { beside };
		if (beside !== undefined) return;
		const left = before === null ? takePlace() : before.beside;
		// If the focus has moved elsewhere meanwhile, it stays there.
		if (document.activeElement !== document.body) return;
		const links = ref.current?.querySelectorAll<HTMLElement>("[data-row]");
		const link = [...(links ?? [])].find((each) => each.title === left);
		link?.focus({ preventScroll: true });
	}, [shown, beside]);
	return (
		<div class="task-table" ref={ref}>
			{newer(steady.newer, steady.catchUp)}
			<Table label="Table of tasks" heads={HEADS} empty={empty}>
				{shown.map((task) => (
					<Row key={task.id} {...{ task, beside }} href={hrefOf(task.id)} />
				))}
			</Table>
		</div>
	);
}

interface RowParts {
	readonly task: TaskAsListed;
	readonly beside: string | undefined;
	readonly href: string;
}

function Row({ task, beside, href }: RowParts): JSX.Element {
	const runs = !isEnded(task.state);
	const { waitedMs, ranMs, attempts } = timesOf(task, runs ? nowMs.value : 0);
	const waits = runs && task.state !== "STARTED";
	const reason = reasonLine(task);
	const isOpen = beside !== undefined;
	return (
		<tr aria-current={task.id === beside ? "true" : undefined}>
			<td>
				<Badge state={task.state} />
			</td>
			<th scope="row" class="long id">
				<a
					class="fixed"
					href={href}
					title={task.id}
					data-row={isOpen ? "beside" : ""}
					onClick={(event) => show(event, task.id, isOpen)}
				>
					{task.id}
				</a>
			</th>
			<Long text={task.type} />
			<Long text={task.queue} />
			<Long text={nodeOf(task)} />
			<td>
				<AttemptDots task={task} />
			</td>
			<td class="figure">{waits ? longSpanOf(waitedMs) : spanOf(waitedMs)}</td>
			<td class="figure">
				{attempts.length === 0
					? undefined
					: runs
						? longSpanOf(ranMs)
						: spanOf(ranMs)}
			</td>
			<td class="reason" title={reason || undefined}>
				<bdi>{reason || waitsFor(task) || undefined}</bdi>
			</td>
		</tr>
	);
}

/** Shows another task in place of the present one, so that Back still leads to the list. */
function show(event: MouseEvent, id: string, isOpen: boolean): void {
	if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
	keepPlace(id);
	if (!isOpen) return;
	event.preventDefault();
	location.replace((event.currentTarget as HTMLAnchorElement).href);
}

/** The node that has the task, or had it last. */
function nodeOf({ node, nodeName, attempts }: TaskAsListed): string {
	const last = attempts.at(-1);
	return nameOf(nodeName ?? last?.nodeName, node ?? last?.node);
}

/** What the task waits for; undefined rather than empty, as Preact rewrites an empty text each time. */
function waitsFor({ waiting }: TaskAsListed): string | undefined {
	const { missing } = waiting ?? {};
	return missing === undefined ? undefined : `no node has ${missing}`;
}
