/** The cluster: its tasks by state, and what waits, worst first. */
import type { JSX } from "preact";
import type { Page } from "../page.ts";
import { Badge } from "../parts/glyph.tsx";
import { Long, Table } from "../parts/table.tsx";
import { hrefOf } from "../state/address.ts";
import { useAsked } from "../state/asked.ts";
import { ask } from "../state/node.ts";
import { serversOf } from "../words/nodes.ts";
import { figure, spanOf } from "../words/times.ts";

export const page: Page = {
	path: "",
	title: "Cluster",
	rank: 10,
	key: "c",
	View: Cluster,
};

const QUEUES_SHOWN = 15;

function Cluster(): JSX.Element {
	return (
		<>
			<Counts />
			<Waiting />
		</>
	);
}

function Counts(): JSX.Element | null {
	const { value } = useAsked("counts", () => ask("getCluster")).value;
	if (value === undefined) return null;
	return (
		<section aria-labelledby="counts-title">
			<h2 id="counts-title">Tasks by state</h2>
			<dl class="counts">
				{Object.entries(value.counts).map(([state, count]) => (
					<div key={state}>
						<dt>
							<a href={hrefOf("tasks", { state })}>
								<Badge state={state as keyof typeof value.counts} />
							</a>
						</dt>
						<dd>{figure(count)}</dd>
					</div>
				))}
			</dl>
		</section>
	);
}

function Waiting(): JSX.Element {
	const { value } = useAsked("queues", () =>
		ask("listQueues", { query: { limit: QUEUES_SHOWN } }),
	).value;
	// Those where something waits come first.
	const waiting = (value?.queues ?? []).filter(({ oldest }) => oldest);
	return (
		<section aria-labelledby="waiting-title">
			<h2 id="waiting-title">Waiting, worst first</h2>
			<Table
				label="Table of waiting work"
				heads={[
					"State",
					{ figure: "Tasks" },
					{ figure: "Oldest waits" },
					"Queue",
					"Type",
					"Labels needed",
					"Who can run them",
				]}
				empty={value && "Nothing waits."}
			>
				{waiting.map((each) => (
					<tr key={`${each.queue}|${each.type}|${each.labels}`}>
						<td>
							{each.unserved ? (
								<Badge state="dead" word="no node can run it" />
							) : (
								<Badge state="PENDING" word="waiting" />
							)}
						</td>
						<td class="figure">{figure(each.counts.PENDING)}</td>
						<td class="figure">{spanOf(each.oldest?.waitMs ?? 0)}</td>
						<Long text={each.queue} />
						<Long text={each.type} />
						<Long text={each.labels.join(", ")} />
						<Long text={serversOf(each)} />
					</tr>
				))}
			</Table>
			{value?.cursor !== undefined && (
				<p class="note">More queues have waiting work.</p>
			)}
		</section>
	);
}
