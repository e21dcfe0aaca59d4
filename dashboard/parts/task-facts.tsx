/** What a task asked for, how long it waited and ran, and what it waits for now. */
import type { ComponentChildren, JSX } from "preact";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { hrefOf } from "../state/address.ts";
import { nowMs } from "../state/clock.ts";
import type { TaskTimes } from "../words/attempts.ts";
import { optionsOf, whyWaits } from "../words/task.ts";
import {
	clockTime,
	exactTime,
	figure,
	longSpanOf,
	spanOf,
} from "../words/times.ts";
import { Glyph } from "./glyph.tsx";

interface Parts {
	readonly task: TaskAsRead;
	readonly times: TaskTimes;
}

export function TaskFacts({ task, times }: Parts): JSX.Element {
	const { attempts, waitedMs, lostMs, ranMs } = times;
	const shown = attempts.length;
	return (
		<dl class="task-facts">
			<Fact name="Queue">
				<a href={hrefOf("tasks", { queue: task.queue })}>{task.queue}</a>
			</Fact>
			<Fact name="Priority">{figure(task.priority)}</Fact>
			<Fact name="Submitted">
				<Moment time={task.createdAt} />
			</Fact>
			<Fact name="Waited">{spanOf(waitedMs)}</Fact>
			{lostMs > 0 && <Fact name="Lost">{spanOf(lostMs)}</Fact>}
			{shown > 0 && <Fact name="Ran">{spanOf(ranMs)}</Fact>}
			<Fact name="Attempts">
				{shown === task.attempt
					? figure(shown)
					: `${figure(task.attempt)}, the last ${figure(shown)} shown`}
			</Fact>
			{task.round > 1 && <Fact name="Round">{figure(task.round)}</Fact>}
			{task.failures > 0 && (
				<Fact name="Failed before">{figure(task.failures)}</Fact>
			)}
			{task.crashes > 0 && <Fact name="Crashed">{figure(task.crashes)}</Fact>}
			{task.labels.length > 0 && (
				<Fact name="Needs labels">{task.labels.join(", ")}</Fact>
			)}
			{task.tags !== undefined && (
				<Fact name="Tags">
					{task.tags.map((tag) => (
						<a key={tag} href={hrefOf("tasks", { tag })}>
							{tag}
						</a>
					))}
				</Fact>
			)}
			{optionsOf(task).map(([name, value]) => (
				<Fact key={name} name={name}>
					<bdi>{value}</bdi>
				</Fact>
			))}
			{task.finishedAt && (
				<Fact name="Ended">
					<Moment time={task.finishedAt} />
				</Fact>
			)}
		</dl>
	);
}

function Fact({
	name,
	children,
}: {
	readonly name: string;
	readonly children: ComponentChildren;
}): JSX.Element {
	return (
		<div>
			<dt>{name}</dt>
			<dd>{children}</dd>
		</div>
	);
}

function Moment({ time }: { readonly time: string }): JSX.Element {
	const at = new Date(time);
	const day = clockTime(at, nowMs.value).slice(0, -8);
	return (
		<time dateTime={time} title={time}>
			{day + exactTime(at)}
		</time>
	);
}

/** What it waits for, and that somebody has asked it to end. */
export function Waiting({
	task,
}: {
	readonly task: TaskAsRead;
}): JSX.Element | null {
	const why = whyWaits(task);
	const { cancel, waiting } = task;
	const until = waiting?.until;
	return (
		<>
			{why !== undefined && (
				<p
					class="says"
					data-tone={task.unserved ? "dead" : "PENDING"}
					role="status"
				>
					<Glyph name={task.unserved ? "dead" : "PENDING"} />
					<span>
						{why}
						{until && (
							<>
								{" "}
								Until <Moment time={until} />
								{leftOf(until)}.
							</>
						)}
					</span>
				</p>
			)}
			{cancel && (
				<p class="says" data-tone="CANCELLED">
					<Glyph name="CANCELLED" />
					<span>
						{cancel.asker === undefined ? (
							"Asked to end"
						) : (
							<>
								<b>{cancel.asker}</b> asked it to end
							</>
						)}{" "}
						at <Moment time={cancel.at} />, by way of {cancel.by}
						{cancel.reason ? (
							<>
								: <bdi>{cancel.reason}</bdi>
							</>
						) : (
							"; no reason was given."
						)}
					</span>
				</p>
			)}
		</>
	);
}

function leftOf(until: string): string {
	const leftMs = Date.parse(until) - nowMs.value;
	return leftMs <= 0 ? "" : `, ${longSpanOf(leftMs)} from now`;
}
