/** The attempts of a task as a table: what the lanes draw, in words, and why each was lost, and by whom. */
import type { JSX } from "preact";
import { firstLineOf } from "../../protocol/first-line.ts";
import {
	type AttemptSpan,
	KIND_GLYPHS,
	KIND_WORDS,
} from "../words/attempts.ts";
import { nameOf } from "../words/nodes.ts";
import { exactTime, figure, spanOf } from "../words/times.ts";
import { Badge } from "./glyph.tsx";
import { Long, Table } from "./table.tsx";

export function AttemptTable({
	attempts,
}: {
	readonly attempts: readonly AttemptSpan[];
}): JSX.Element {
	return (
		<div class="attempts">
			<Table
				label="Table of attempts"
				heads={[
					...[{ figure: "Attempt" }, { figure: "Token" }, "Node", "Began"],
					...[{ figure: "Took" }, "End", "Why, and by whom"],
				]}
				empty=""
			>
				{attempts.map((span) => (
					<Row key={span.attempt.token} span={span} />
				))}
			</Table>
		</div>
	);
}

function Row({ span }: { readonly span: AttemptSpan }): JSX.Element {
	const { attempt, number, kind, fromMs, toMs } = span;
	const word = attempt.end === "timeout" ? "timed out" : KIND_WORDS[kind];
	const began = attempt.startedAt ?? attempt.claimedAt;
	return (
		<tr>
			<td class="figure">{figure(number)}</td>
			<td class="figure">{`${attempt.token}`}</td>
			<Long text={nameOf(attempt.nodeName, attempt.node)} />
			<td>
				<time dateTime={began}>{exactTime(new Date(began))}</time>
			</td>
			<td class="figure">{spanOf(toMs - fromMs)}</td>
			<td>
				<Badge state={KIND_GLYPHS[kind]} word={word} />
			</td>
			<td class="whole">{whyOf(span) || undefined}</td>
		</tr>
	);
}

function whyOf({ attempt }: AttemptSpan): string {
	const { why, by, byName, error } = attempt;
	const taken = by === undefined ? "" : ` Said by ${nameOf(byName, by)}.`;
	if (why !== undefined)
		return `${why.charAt(0).toUpperCase()}${why.slice(1)}.${taken}`;
	return error === undefined ? taken.trim() : firstLineOf(error.message);
}
