/**
 * Why tasks failed: by type and the first line of their error, most of them first. The counts add
 * up to all failures that there are; what is not counted is said.
 */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { FIND_TEXT_CHARS_MAX } from "../../protocol/limits.ts";
import type { FailureAsRead } from "../../protocol/schema/overview.ts";
import { hrefOf } from "../state/address.ts";
import { useAsked } from "../state/asked.ts";
import { nowMs } from "../state/clock.ts";
import { ask } from "../state/node.ts";
import { clockTime, counted, figure, longSpanOf } from "../words/times.ts";
import { type Head, Long, Table } from "./table.tsx";

const ASK_MS = 3_000;
/** Of which time; the first is as long as a node keeps anything. */
const TIMES = [
	["366d", "All that is kept"],
	["24h", "Last 24 hours"],
	["1h", "Last hour"],
] as const;
type Time = (typeof TIMES)[number];
const HEADS: readonly Head[] = [
	...[{ figure: "Tasks" }, "Type", "First line of the error"],
	...["Code", "Newest"],
];
const GROUPS_MAX = 200;
const GROUPS_FIRST = 8;

export function FailureGroups({
	total,
}: {
	/** Tasks that are FAILURE; undefined: not known yet. */
	readonly total: number | undefined;
}): JSX.Element {
	const isWhole = useSignal(false);
	const time = useSignal<Time>(TIMES[0]);
	const [since] = time.value;
	const { value, why } = useAsked(
		`failures ${since}`,
		() => ask("listFailures", { query: { since, limit: GROUPS_MAX } }),
		ASK_MS,
	).value;
	const groups = value?.failures ?? [];
	const shown = isWhole.value ? groups : groups.slice(0, GROUPS_FIRST);
	const hidden = groups.length - shown.length;
	const told = groups.reduce((sum, { count }) => sum + count, 0);
	return (
		<section class="failures" aria-labelledby="failures-title">
			<header>
				<h2 id="failures-title">Why they failed</h2>
				<Times time={time} />
			</header>
			<Table
				label="Table of reasons"
				heads={HEADS}
				empty={why ?? (value && "Nothing has failed.")}
			>
				{shown.map((group) => (
					<Group
						key={JSON.stringify([group.type, group.code, group.firstLine])}
						group={group}
					/>
				))}
			</Table>
			{hidden > 0 && (
				<button
					type="button"
					onClick={() => {
						isWhole.value = true;
					}}
				>
					{counted(hidden, "more reason")}
				</button>
			)}
			{value && (
				<p class="note" data-told={told}>
					{sumOf(
						told,
						time.value === TIMES[0] ? total : undefined,
						value.more,
						value.searchedBackTo,
					)}
				</p>
			)}
		</section>
	);
}

function Times({ time }: { readonly time: Signal<Time> }): JSX.Element {
	return (
		<nav class="chips" aria-label="Of which time">
			{TIMES.map((each) => (
				<button
					key={each[0]}
					type="button"
					class="chip"
					aria-pressed={each === time.value}
					onClick={() => {
						time.value = each;
					}}
				>
					{each[1]}
				</button>
			))}
		</nav>
	);
}

/** `total`: undefined if it is not known, or is of another time. */
function sumOf(
	told: number,
	total: number | undefined,
	more: number | undefined,
	back: string | undefined,
): string {
	const all = `${counted(told, "failure")}, each with its reason.`;
	if (told === total) return all;
	const left = [
		more === undefined ? "" : `those of ${counted(more, "rarer reason")}`,
		back === undefined
			? ""
			: `those that ended before ${clockTime(new Date(back), nowMs.value)}`,
	].filter(Boolean);
	const which = left.length === 0 ? "" : `: ${left.join(" and ")}`;
	if (total === undefined)
		return left.length === 0 ? all : `${all} Not counted${which}.`;
	const missing = total - told;
	return missing > 0
		? `${figure(told)} of ${counted(total, "failure")}; ${figure(missing)} ${missing === 1 ? "is" : "are"} not counted here${which}.`
		: all;
}

function Group({ group }: { readonly group: FailureAsRead }): JSX.Element {
	const { type, code, firstLine, count, newest } = group;
	const q = firstLine.slice(0, FIND_TEXT_CHARS_MAX);
	const agoMs = nowMs.value - Date.parse(newest.finishedAt);
	return (
		<tr>
			<td class="figure">{figure(count)}</td>
			<Long text={type} />
			<td class="reason" title={firstLine}>
				<a href={hrefOf("tasks", { state: "FAILURE", type, q })} data-row>
					<bdi>{firstLine || `(${code})`}</bdi>
				</a>
			</td>
			<Long text={code} />
			<td>
				<a href={hrefOf(`tasks/${newest.id}`)}>{longSpanOf(agoMs)} ago</a>
			</td>
		</tr>
	);
}
