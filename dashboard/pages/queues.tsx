/**
 * Queues, worst first: what no node can run and what such a node would need, then what has waited
 * longest, and then what runs or is not due yet. A queue is told once for each type and each set of labels on it.
 */
import type { JSX } from "preact";
import type { QueueAsRead } from "../../protocol/schema/overview.ts";
import type { Page, Place } from "../page.ts";
import { Badge, Glyph } from "../parts/glyph.tsx";
import { Long, Table } from "../parts/table.tsx";
import { hrefOf } from "../state/address.ts";
import { useAsked } from "../state/asked.ts";
import { ask } from "../state/node.ts";
import { serversOf } from "../words/nodes.ts";
import { counted, figure, longSpanOf } from "../words/times.ts";

export const page: Page = {
	path: "queues",
	title: "Queues",
	rank: 30,
	key: "q",
	View: Queues,
};

const QUEUES_SHOWN = 50;

function Queues({ query }: Place): JSX.Element {
	const cursor = query.get("cursor") ?? undefined;
	const { value, why } = useAsked(`queues ${cursor}`, () =>
		ask("listQueues", {
			query: { limit: QUEUES_SHOWN, ...(cursor !== undefined && { cursor }) },
		}),
	).value;
	const queues = value?.queues ?? [];
	const unserved = queues.filter((each) => each.unserved).length;
	return (
		<section class="queues" aria-labelledby="queues-title">
			<h1 id="queues-title">Queues, worst first</h1>
			{unserved > 0 && (
				<p class="says" data-tone="dead" role="status">
					<Glyph name="dead" />
					<span>
						No live node can run{" "}
						{unserved === 1 ? "one of them" : `${figure(unserved)} of them`}:
						start a node that has what is missing.
					</span>
				</p>
			)}
			<Table
				label="Table of queues"
				heads={[
					...["State", "Queue", "Type", "Labels needed"],
					...[{ figure: "Waiting" }, { figure: "Oldest waits" }],
					...[{ figure: "Running" }, { figure: "Not due yet" }],
					"Who can run them",
				]}
				empty={why ?? (value && "Nothing waits or runs.")}
			>
				{queues.map((each) => (
					<Row
						key={JSON.stringify([each.queue, each.type, each.labels])}
						queue={each}
					/>
				))}
			</Table>
			<footer class="list-end">
				{cursor !== undefined && <a href={hrefOf("queues")}>The worst</a>}
				{value?.cursor !== undefined && (
					<a href={hrefOf("queues", { cursor: value.cursor })}>
						The next {counted(QUEUES_SHOWN, "queue")} →
					</a>
				)}
			</footer>
		</section>
	);
}

function Row({ queue: each }: { readonly queue: QueueAsRead }): JSX.Element {
	const { queue, type, counts, oldest } = each;
	const state = stateOf(each);
	return (
		<tr>
			<td>
				<Badge state={state} word={WORDS[state]} />
			</td>
			<th scope="row" class="long" title={queue}>
				<a href={hrefOf("tasks", { queue, type })} data-row>
					{queue}
				</a>
			</th>
			<Long text={type} />
			<Long text={each.labels.join(", ")} />
			<td class="figure">{figure(counts.PENDING)}</td>
			<td class="figure">
				{oldest && (
					<a
						href={hrefOf(`tasks/${oldest.id}`)}
						title="The task that has waited longest"
					>
						{longSpanOf(oldest.waitMs)}
					</a>
				)}
			</td>
			<td class="figure">{figure(counts.STARTED)}</td>
			<td class="figure">{figure(counts.SCHEDULED)}</td>
			<td class="reason" data-tone={each.unserved && "dead"}>
				<span title={serversOf(each)}>{serversOf(each)}</span>
			</td>
		</tr>
	);
}

const WORDS = {
	dead: "unserved",
	PENDING: "waiting",
	STARTED: "running",
	SCHEDULED: "not due yet",
} as const;

function stateOf({ unserved, counts }: QueueAsRead): keyof typeof WORDS {
	if (unserved) return "dead";
	if (counts.PENDING > 0) return "PENDING";
	return counts.STARTED > 0 ? "STARTED" : "SCHEDULED";
}
