/**
 * One task: what it waits for, where its time went, why its nodes lost it and who saw that, what
 * it was given and what came of it. All of it is one answer, asked for again while somebody looks.
 */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Page, Place } from "../page.ts";
import { AttemptTable } from "../parts/attempt-table.tsx";
import { Copy } from "../parts/copy.tsx";
import { DeathOf } from "../parts/death-of.tsx";
import { ErrorChain } from "../parts/error-chain.tsx";
import { Badge } from "../parts/glyph.tsx";
import { TaskActions } from "../parts/task-actions.tsx";
import { TaskFacts, Waiting } from "../parts/task-facts.tsx";
import { TaskLanes } from "../parts/task-lanes.tsx";
import { TextBlock } from "../parts/text-block.tsx";
import { useAsked } from "../state/asked.ts";
import { nowMs } from "../state/clock.ts";
import { isFromList, useEscapeToList } from "../state/list-place.ts";
import { type WholeTask, wholeTaskAsker } from "../state/whole-task.ts";
import { timesOf } from "../words/attempts.ts";

export const page: Page = { path: "tasks/*", title: "Task", View: Task };

function Task({ rest: id }: Place): JSX.Element {
	const asker = useMemo(() => wholeTaskAsker(id), [id]);
	const { value, why } = useAsked(`task ${id}`, asker.ask).value;
	const title = useRef<HTMLHeadingElement>(null);
	useEscapeToList();
	useEffect(() => {
		if (isFromList()) title.current?.focus({ preventScroll: true });
	}, [id]);
	return (
		<article class="task" aria-labelledby="task-title">
			<header>
				<h1 id="task-title" ref={title} tabIndex={-1}>
					{value && <Badge state={value.task.state} />}
					{value && <bdi>{value.task.type}</bdi>}
					<bdi class="fixed">{id}</bdi>
				</h1>
				<Copy text={id} label="Copy id" />
				{value && <TaskActions key={id} whole={value} changed={asker.forget} />}
			</header>
			{why !== undefined && (
				<p role="status" data-tone="dead">
					{why}
				</p>
			)}
			{value && <Body whole={value} />}
		</article>
	);
}

function Body({ whole }: { readonly whole: WholeTask }): JSX.Element {
	const { task, payload, result } = whole;
	const times = timesOf(task, nowMs.value);
	const lost = times.attempts.filter(({ attempt: { end } }) =>
		["lease-lost", "revoked"].includes(end ?? ""),
	);
	return (
		<>
			<TaskFacts task={task} times={times} />
			<Waiting task={task} />
			<TaskLanes task={task} times={times} />
			{times.attempts.length > 0 && <AttemptTable attempts={times.attempts} />}
			<div class="texts">
				<div>
					{task.error && (
						<section aria-label="Error">
							<ErrorChain error={task.error} />
						</section>
					)}
					{result !== undefined && (
						<TextBlock
							title="Result"
							text={result.shown}
							copies={result.text}
						/>
					)}
					{payload === undefined ? (
						<p class="note">Your token may not see its payload and result.</p>
					) : (
						<TextBlock
							title="Payload"
							text={payload.shown}
							copies={payload.text}
						/>
					)}
				</div>
				{lost.length > 0 && (
					<div>
						{lost.toReversed().map((span) => (
							<DeathOf key={span.attempt.token} span={span} />
						))}
					</div>
				)}
			</div>
		</>
	);
}
