/**
 * One task: what it waits for, where its time went, why its nodes lost it and who saw that, what
 * it was given and what came of it. All of it is one answer, asked for again while somebody looks.
 * It is a page, or stands beside the list that it was opened from.
 */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { hrefOf } from "../state/address.ts";
import { useAsked } from "../state/asked.ts";
import { nowMs } from "../state/clock.ts";
import {
	isFromList,
	leaveToList,
	useEscapeToList,
} from "../state/list-place.ts";
import { type WholeTask, wholeTaskAsker } from "../state/whole-task.ts";
import { timesOf } from "../words/attempts.ts";
import { AttemptTable } from "./attempt-table.tsx";
import { Copy } from "./copy.tsx";
import { DeathOf } from "./death-of.tsx";
import { ErrorChain } from "./error-chain.tsx";
import { Badge } from "./glyph.tsx";
import { TaskActions } from "./task-actions.tsx";
import { TaskFacts, Waiting } from "./task-facts.tsx";
import { TaskLanes } from "./task-lanes.tsx";
import { TextBlock } from "./text-block.tsx";

interface Parts {
	readonly id: string;
	/** The address of the list, for those who did not come from it. */
	readonly list: string;
	/** Whether it is shown beside that list. */
	readonly isBeside?: boolean;
	/** The task was deleted. */
	readonly gone?: (task: TaskAsRead) => void;
}

export function TaskSheet({ id, list, isBeside, gone }: Parts): JSX.Element {
	const asker = useMemo(() => wholeTaskAsker(id), [id]);
	const { value, why } = useAsked(`task ${id}`, asker.ask).value;
	const title = useRef<HTMLHeadingElement>(null);
	const sheet = useRef<HTMLElement>(null);
	useEscapeToList(id, list);
	useEffect(() => {
		sheet.current?.scrollTo(0, 0);
		if (isFromList(id)) title.current?.focus({ preventScroll: true });
	}, [id]);
	const Title = isBeside ? "h2" : "h1";
	const leave = () => leaveToList(id, list);
	return (
		<article
			class="task"
			ref={sheet}
			aria-labelledby="task-title"
			data-beside={isBeside ? "" : undefined}
		>
			{isBeside && (
				<nav class="sheet-bar" aria-label="Task">
					<a href={hrefOf(`tasks/${id}`)}>Open as a page</a>
					<button type="button" class="quiet" onClick={leave}>
						Close
					</button>
				</nav>
			)}
			<header>
				<Title id="task-title" class="task-title" ref={title} tabIndex={-1}>
					{value && <Badge state={value.task.state} />}
					{value && <bdi>{value.task.type}</bdi>}
					<bdi class="fixed">{id}</bdi>
				</Title>
				<Copy text={id} label="Copy id" />
				{value && (
					<TaskActions
						key={id}
						whole={value}
						changed={asker.forget}
						gone={() => {
							gone?.(value.task);
							leave();
						}}
					/>
				)}
			</header>
			{why !== undefined && (
				<p role="status" data-tone="dead">
					{why}
				</p>
			)}
			{value && <Body key={id} whole={value} isBeside={isBeside} />}
		</article>
	);
}

interface BodyParts {
	readonly whole: WholeTask;
	readonly isBeside: boolean | undefined;
}

function Body({ whole, isBeside }: BodyParts): JSX.Element {
	const { task } = whole;
	const times = timesOf(task, nowMs.value);
	const lost = times.attempts.filter(({ attempt: { end } }) =>
		["lease-lost", "revoked"].includes(end ?? ""),
	);
	const error = task.error && (
		<section aria-label="Error">
			<ErrorChain error={task.error} />
		</section>
	);
	return (
		<>
			<TaskFacts task={task} times={times} />
			<Waiting task={task} />
			{/* Where there is less room, what one looks for first. */}
			{isBeside && error}
			<TaskLanes task={task} times={times} />
			{times.attempts.length > 0 && <AttemptTable attempts={times.attempts} />}
			<div class="texts">
				<div>
					{!isBeside && error}
					<Texts whole={whole} />
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

function Texts({ whole: { result, payload } }: { readonly whole: WholeTask }) {
	return (
		<>
			{result !== undefined && (
				<TextBlock title="Result" text={result.shown} copies={result.text} />
			)}
			{payload === undefined ? (
				<p class="note">Your token may not see its payload and result.</p>
			) : (
				<TextBlock title="Payload" text={payload.shown} copies={payload.text} />
			)}
		</>
	);
}
