/**
 * A page of tasks, one a row: state, id, where it goes and went, its attempts, how long it waited
 * and ran, and why it ended as it did. Whoever comes back from one finds its row again.
 */
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { TaskAsListed } from "../../protocol/schema.ts";
import { isEnded } from "../../protocol/state.ts";
import { hrefOf } from "../state/address.ts";
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
	/** What has come that is not shown, and shows it. */
	readonly newer: (count: number, show: () => void) => ComponentChildren;
}

export function TaskTable({ tasks, empty, newer }: Parts): JSX.Element {
	const steady = useSteady(tasks, ({ id }) => id);
	const { shown, ref } = steady;
	const hasPlace = useRef(false);
	useLayoutEffect(() => {
		if (hasPlace.current || shown.length === 0) return;
		hasPlace.current = true;
		const id = takePlace();
		if (id === undefined) return;
		const links = ref.current?.querySelectorAll<HTMLElement>("[data-row]");
		const link = [...(links ?? [])].find((each) => each.title === id);
		link?.focus({ preventScroll: true });
	}, [shown]);
	return (
		<div class="task-table" ref={ref}>
			{newer(steady.newer, steady.catchUp)}
			<Table label="Table of tasks" heads={HEADS} empty={empty}>
				{shown.map((task) => (
					<Row key={task.id} task={task} />
				))}
			</Table>
		</div>
	);
}

function Row({ task }: { readonly task: TaskAsListed }): JSX.Element {
	const runs = !isEnded(task.state);
	const { waitedMs, ranMs, attempts } = timesOf(task, runs ? nowMs.value : 0);
	const waits = runs && task.state !== "STARTED";
	const reason = reasonLine(task);
	return (
		<tr>
			<td>
				<Badge state={task.state} />
			</td>
			<th scope="row" class="long id">
				<a
					class="fixed"
					href={hrefOf(`tasks/${task.id}`)}
					title={task.id}
					data-row
					onClick={() => keepPlace(task.id)}
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

/** The node that has it, or had it last. */
function nodeOf({ node, nodeName, attempts }: TaskAsListed): string {
	const last = attempts.at(-1);
	return nameOf(nodeName ?? last?.nodeName, node ?? last?.node);
}

/** Absent, not empty: Preact writes an empty text anew each time. */
function waitsFor({ waiting }: TaskAsListed): string | undefined {
	const { missing } = waiting ?? {};
	return missing === undefined ? undefined : `no node has ${missing}`;
}
