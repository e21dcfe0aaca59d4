/**
 * Why tasks failed: by type and the first line of their error, most of them first. The counts add
 * up to all failures that there are; what is not counted is said.
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { FIND_TEXT_CHARS_MAX } from "../../protocol/limits.ts";
import type { FailureAsRead } from "../../protocol/schema/overview.ts";
import { hrefOf } from "../state/address.ts";
import { useAsked } from "../state/asked.ts";
import { nowMs } from "../state/clock.ts";
import { ask } from "../state/node.ts";
import { clockTime, counted, figure, longSpanOf } from "../words/times.ts";
import { Long, Table } from "./table.tsx";

const ASK_MS = 3_000;
/** As long as a node keeps anything. */
const SINCE = "366d";
const GROUPS_MAX = 200;
const GROUPS_FIRST = 8;

export function FailureGroups({
	total,
}: {
	/** Tasks that are FAILURE; undefined: not known yet. */
	readonly total: number | undefined;
}): JSX.Element {
	const isWhole = useSignal(false);
	const { value, why } = useAsked(
		"failures",
		() => ask("listFailures", { query: { since: SINCE, limit: GROUPS_MAX } }),
		ASK_MS,
	).value;
	const groups = value?.failures ?? [];
	const shown = isWhole.value ? groups : groups.slice(0, GROUPS_FIRST);
	const hidden = groups.length - shown.length;
	const told = groups.reduce((sum, { count }) => sum + count, 0);
	return (
		<section class="failures" aria-labelledby="failures-title">
			<h2 id="failures-title">Why they failed</h2>
			<Table
				label="Table of reasons"
				heads={[
					{ figure: "Tasks" },
					"Type",
					"First line of the error",
					"Code",
					"Newest",
				]}
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
					{sumOf(told, total, value.more, value.searchedBackTo)}
				</p>
			)}
		</section>
	);
}

function sumOf(
	told: number,
	total: number | undefined,
	more: number | undefined,
	back: string | undefined,
): string {
	if (total === undefined || told === total)
		return `${counted(told, "failure")}, each with its reason.`;
	const left = [
		more === undefined ? "" : `those of ${counted(more, "rarer reason")}`,
		back === undefined
			? ""
			: `those that ended before ${clockTime(new Date(back), nowMs.value)}`,
	].filter(Boolean);
	const which = left.length === 0 ? "" : `: ${left.join(" and ")}`;
	const missing = total - told;
	return missing > 0
		? `${figure(told)} of ${counted(total, "failure")}; ${figure(missing)} ${missing === 1 ? "is" : "are"} not counted here${which}.`
		: `${counted(told, "failure")}, each with its reason.`;
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
