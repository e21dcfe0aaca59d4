/** What waits, worst first: what no node can run, then what has waited longest. */
import type { JSX } from "preact";
import { hrefOf } from "../state/address.ts";
import { live, storeNowMs } from "../state/live.ts";
import type { LiveQueue } from "../words/live-model.ts";
import { serversOf } from "../words/nodes.ts";
import { counted, figure, longSpanOf } from "../words/times.ts";
import { Glyph } from "./glyph.tsx";
import { useSteady } from "./steady.ts";
import { type Head, Long, Table } from "./table.tsx";

const HEADS: readonly Head[] = [
	...["Queue · type", { figure: "Waiting" }],
	...[{ figure: "Oldest waits" }, "Who can run them"],
];

const keyOf = ({ queue, type, labels }: LiveQueue) =>
	`${queue}|${type}|${labels}`;

export function Waiting(): JSX.Element {
	const { queues = [], queuesMore = 0 } = live.value ?? {};
	const { shown, newer, ref, catchUp } = useSteady(queues, keyOf);
	return (
		<section class="waiting" aria-labelledby="waiting-title">
			<h2 id="waiting-title">
				Waiting, worst first
				{newer > 0 && (
					<button type="button" class="quiet" onClick={catchUp}>
						{figure(newer)} newer ↑
					</button>
				)}
			</h2>
			<div ref={ref}>
				<Table
					label="Table of waiting work"
					heads={HEADS}
					empty={live.value && "Nothing waits."}
				>
					{shown.map((each) => (
						<Row key={keyOf(each)} of={each} />
					))}
				</Table>
			</div>
			{queuesMore > 0 && (
				<p class="note">
					{counted(queuesMore, "more queue")} with waiting work:{" "}
					<a href={hrefOf("queues")}>all of them</a>.
				</p>
			)}
		</section>
	);
}

function Row({ of: each }: { readonly of: LiveQueue }): JSX.Element {
	const { queue, type, labels, counts, oldest, unserved } = each;
	const href = hrefOf("tasks", { state: "PENDING", queue, type });
	const needs = labels.length === 0 ? "" : ` (${labels.join(", ")})`;
	return (
		<tr>
			<Long text={`${queue} · ${type}${needs}`}>
				<a
					class="state-link"
					href={href}
					data-tone={unserved && "dead"}
					data-row
				>
					<Glyph name={unserved ? "dead" : "PENDING"} />
					<span class="unseen">
						{unserved ? "nobody runs it: " : "waits: "}
					</span>
					<span>
						<bdi>{queue}</bdi> · <bdi>{type}</bdi>
						{needs}
					</span>
				</a>
			</Long>
			<td class="figure">{figure(counts.PENDING)}</td>
			<td class="figure">
				{oldest && longSpanOf(storeNowMs() - Date.parse(oldest.since))}
			</td>
			<td class="long" title={serversOf(each)} data-tone={unserved && "dead"}>
				{serversOf(each)}
			</td>
		</tr>
	);
}
