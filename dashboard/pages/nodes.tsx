/**
 * Nodes: what each runs, as lanes or tiles, and how each is, as a table; one of them in full, if
 * the address names it: `#/nodes?node=node-1`. How they are now is told by `/v1/live`, all else
 * by `/v1/nodes`. Who may, sends a node away here.
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { NodeAsRead } from "../../protocol/schema/nodes.ts";
import type { Page, Place } from "../page.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { Badge } from "../parts/glyph.tsx";
import { Lanes } from "../parts/lanes.tsx";
import { Lease } from "../parts/node-head.tsx";
import { NodePanel } from "../parts/node-panel.tsx";
import { type Head, Long, Table } from "../parts/table.tsx";
import { hrefOf } from "../state/address.ts";
import { useAsked } from "../state/asked.ts";
import { live } from "../state/live.ts";
import { ask } from "../state/node.ts";
import { may } from "../state/token.ts";
import type { LiveNode } from "../words/live-model.ts";
import { byName, namesOf } from "../words/nodes.ts";
import { counted, figure, longSpanOf, mebibytes } from "../words/times.ts";

export const page: Page = {
	path: "nodes",
	title: "Nodes",
	rank: 40,
	key: "n",
	View: Nodes,
};

const ASK_MS = 3_000;
const SHOWN = 60;
/** The columns that are shown: none for what the cluster does not have. */
interface Columns {
	readonly memory: boolean;
	readonly zone: boolean;
	readonly drain: boolean;
}

const headsOf = ({ memory, zone, drain }: Columns): readonly Head[] => [
	...["Node", "State", "Lease", { figure: "Running" }, { figure: "Load" }],
	...(memory ? [{ figure: "Memory" }] : []),
	...(zone ? ["Zone"] : []),
	...["Version", { figure: "Up for" }, "Who sees it"],
	...(drain ? ["Drain"] : []),
];

function Nodes({ query }: Place): JSX.Element {
	const asked = useAsked("nodes", () => ask("listNodes"), ASK_MS).value;
	const isWhole = useSignal(false);
	const now = new Map(
		[...(live.value?.nodes.values() ?? [])].map((node) => [node.id, node]),
	);
	const nodes = (asked.value?.nodes ?? [])
		.map((node) => ({ ...node, state: now.get(node.id)?.state ?? node.state }))
		.toSorted(worstFirst);
	const wish = query.get("node");
	const chosen = nodes.find(({ name, id }) => name === wish || id === wish);
	const names = new Map(nodes.map(({ id, name }) => [id, name]));
	const told = [...now.values()];
	const columns: Columns = {
		memory: [...nodes, ...told].some(
			({ memoryBytes }) => memoryBytes !== undefined,
		),
		zone: [...nodes, ...told].some(({ zone }) => zone),
		drain: may("operate"),
	};
	const shown = isWhole.value ? nodes : nodes.slice(0, SHOWN);
	const more = nodes.length - shown.length;
	return (
		<>
			<h1 class="unseen">Nodes</h1>
			<div class="wide">
				<Lanes />
			</div>
			{wish !== null && asked.value && chosen === undefined && (
				<p class="note">No node is called {wish} any more.</p>
			)}
			{chosen && <NodePanel key={chosen.id} node={chosen} nodes={nodes} />}
			<h2>
				{counted(nodes.length, "node")}
				{asked.value?.from === "gossip" &&
					", as heard from each other: Redis is away"}
			</h2>
			<Table
				label="Table of nodes"
				heads={headsOf(columns)}
				empty={asked.value && "No node is known."}
			>
				{shown.map((node) => (
					<NodeRow
						key={node.id}
						{...{ node, names, columns }}
						now={now.get(node.id)}
						isChosen={node === chosen}
					/>
				))}
			</Table>
			{more > 0 && (
				<button type="button" onClick={() => (isWhole.value = true)}>
					Show {counted(more, "more node")}
				</button>
			)}
		</>
	);
}

const STATES = ["dead", "cut-off", "suspect", "at-risk", "draining", "up"];
const DRAINABLE: readonly string[] = ["up", "at-risk"];

const worstFirst = (a: NodeAsRead, b: NodeAsRead) =>
	STATES.indexOf(a.state) - STATES.indexOf(b.state) || byName(a, b);

interface RowParts {
	readonly node: NodeAsRead;
	readonly now: LiveNode | undefined;
	readonly names: ReadonlyMap<string, string>;
	readonly columns: Columns;
	readonly isChosen: boolean;
}

function NodeRow({
	node,
	now,
	names,
	columns,
	isChosen,
}: RowParts): JSX.Element {
	const { name, load, state } = node;
	const memoryBytes = now?.memoryBytes ?? node.memoryBytes;
	const isDead = state === "dead";
	return (
		<tr aria-current={isChosen ? "true" : undefined}>
			<th scope="row" class="long" title={name}>
				<a href={hrefOf("nodes", { node: name })} data-row>
					<bdi>{name}</bdi>
				</a>
			</th>
			<td>
				<Badge state={state} />
			</td>
			<td>{now && !isDead && <Lease node={now} />}</td>
			<td class="figure">
				{figure(now?.running ?? node.running)} of {figure(node.slots)}
			</td>
			<td class="figure">
				{load !== undefined && !isDead && `${Math.round(load * 100)} %`}
			</td>
			{columns.memory && (
				<td class="figure">
					{memoryBytes !== undefined && !isDead && mebibytes(memoryBytes)}
				</td>
			)}
			{columns.zone && <Long text={node.zone ?? now?.zone ?? ""} />}
			<td>{node.version}</td>
			<td class="figure">{!isDead && longSpanOf(node.uptimeMs)}</td>
			<Long text={namesOf(node.seenBy, names)} />
			{columns.drain && (
				<td>{DRAINABLE.includes(state) && <Drain node={node} />}</td>
			)}
		</tr>
	);
}

function Drain({ node }: { readonly node: NodeAsRead }): JSX.Element {
	const { id, name, running } = node;
	const tasks =
		running === 0
			? "It runs nothing."
			: `It finishes ${counted(running, "task")}, or hands them back.`;
	return (
		<AskFirst
			label="Drain"
			question={`${name} takes no new work and stops. ${tasks}`}
			yes={`Drain ${name}`}
			act={async () => {
				await ask("drainNode", { places: { id } });
				return "Asked";
			}}
		/>
	);
}
