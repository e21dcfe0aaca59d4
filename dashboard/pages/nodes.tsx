/** Nodes: how each is, how busy, where. */
import type { JSX } from "preact";
import type { NodeAsRead } from "../../protocol/schema/nodes.ts";
import type { Page } from "../page.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { Badge } from "../parts/glyph.tsx";
import { Long, Table } from "../parts/table.tsx";
import { useAsked } from "../state/asked.ts";
import { ask } from "../state/node.ts";
import { may } from "../state/token.ts";
import { addressOf, byName, pageOf } from "../words/nodes.ts";
import { counted, figure, longSpanOf } from "../words/times.ts";

export const page: Page = {
	path: "nodes",
	title: "Nodes",
	rank: 40,
	key: "n",
	View: Nodes,
};

function Nodes(): JSX.Element {
	const { value } = useAsked("nodes", () => ask("listNodes")).value;
	return (
		<section aria-labelledby="nodes-title">
			<h1 id="nodes-title">Nodes</h1>
			<Table
				label="Table of nodes"
				heads={[
					"Node",
					"State",
					{ figure: "Running" },
					{ figure: "Slots" },
					{ figure: "Up for" },
					"Host",
					"HTTP",
					{ figure: "Process" },
					"Labels",
					...(may("operate") ? ["Drain"] : []),
				]}
				empty={value && "No node is known."}
			>
				{(value?.nodes ?? []).toSorted(byName).map((node) => (
					<NodeRow key={node.id} node={node} />
				))}
			</Table>
		</section>
	);
}

const DRAINABLE: readonly string[] = ["up", "at-risk"];

/** Its host, and what its cloud calls that. */
function machineOf({
	host,
	instanceId,
	instanceType,
	lifecycle,
}: NodeAsRead): string {
	const words = [host, instanceId, instanceType, lifecycle];
	return words.filter((word) => word !== undefined).join(" ");
}

function NodeRow({ node }: { readonly node: NodeAsRead }): JSX.Element {
	const href = pageOf(node.url, location.href);
	const address = addressOf(node);
	return (
		<tr>
			<th scope="row">{node.name}</th>
			<td>
				<Badge state={node.state} />
			</td>
			<td class="figure">{figure(node.running)}</td>
			<td class="figure">{figure(node.slots)}</td>
			<td class="figure">
				{node.state === "dead" ? "" : longSpanOf(node.uptimeMs)}
			</td>
			<Long text={machineOf(node)} />
			<Long text={address}>
				{href === undefined ? address : <a href={href}>{address}</a>}
			</Long>
			<td class="figure">{node.pid}</td>
			<Long text={node.labels.join(", ")} />
			{may("operate") && (
				<td class="wrap">
					{DRAINABLE.includes(node.state) && <Drain node={node} />}
				</td>
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
