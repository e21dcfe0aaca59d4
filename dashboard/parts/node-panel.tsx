/** One node: where and what it is, who is connected to it, and how it lost its leases. */
import type { ComponentChildren, JSX } from "preact";
import type { NodeAsRead } from "../../protocol/schema/nodes.ts";
import { hrefOf } from "../state/address.ts";
import { useAsked } from "../state/asked.ts";
import { live } from "../state/live.ts";
import { ask } from "../state/node.ts";
import { deathKey, type LiveDeath } from "../words/live-model.ts";
import { addressOf, namesOf, pageOf } from "../words/nodes.ts";
import { longSpanOf } from "../words/times.ts";
import { whatMoved } from "../words/verdict.ts";
import { Badge } from "./glyph.tsx";
import { WhoSaw } from "./who-saw.tsx";

const ASK_MS = 5_000;

interface Parts {
	readonly node: NodeAsRead;
	/** All nodes, for their names. */
	readonly nodes: readonly NodeAsRead[];
}

export function NodePanel({ node, nodes }: Parts): JSX.Element {
	const { id, name, state } = node;
	const deaths = useAsked(
		`deaths ${id}`,
		() => ask("getDeaths", { places: { id } }),
		ASK_MS,
	).value.value?.deaths;
	return (
		<section class="panel" aria-labelledby="node-title">
			<h2 id="node-title">
				<bdi>{name}</bdi> <Badge state={state} />{" "}
				<a href={hrefOf("nodes")}>Close</a>
			</h2>
			<dl class="facts">
				{factsOf(node, nodes).map(([title, fact]) => (
					<div key={title}>
						<dt>{title}</dt>
						<dd>{fact}</dd>
					</div>
				))}
			</dl>
			{deaths?.map((death) => (
				<WhoSaw key={death.epoch} name={name} death={death}>
					<Moved node={id} epoch={death.epoch} />
				</WhoSaw>
			))}
			{deaths?.length === 0 && (
				<p class="note">It has lost no lease that is still known.</p>
			)}
		</section>
	);
}

/** Where the tasks went, of a death that the stream still tells of. */
function Moved(life: Pick<LiveDeath, "node" | "epoch">): JSX.Element | null {
	// The store keeps deaths in the first shard, and each shard numbers its own sessions.
	const key = deathKey({ ...life, shard: 0 });
	const death = live.value?.deaths.find((each) => deathKey(each) === key);
	if (death === undefined || death.tasks === 0) return null;
	return (
		<p>
			{whatMoved(death).join(" · ")}.{" "}
			<a href={hrefOf("tasks", { moved: "true" })}>Show them</a>
		</p>
	);
}

function factsOf(
	node: NodeAsRead,
	nodes: readonly NodeAsRead[],
): [string, ComponentChildren][] {
	const { state, uptimeMs, pid, version, labels, queues, types } = node;
	const href = pageOf(node.url, location.href);
	const address = addressOf(node);
	const any = (list: readonly string[]) => list.join(", ") || "none";
	return [
		["HTTP", href === undefined ? address : <a href={href}>{address}</a>],
		["Host", machineOf(node)],
		["Process", String(pid)],
		["Version", version],
		...(state === "dead"
			? []
			: [["Up for", longSpanOf(uptimeMs)] satisfies [string, string]]),
		["Labels", any(labels)],
		["Queues", queues === undefined ? "all" : any(queues)],
		["Types", any(types)],
		[
			"Connected to it",
			namesOf(
				node.seenBy,
				new Map(nodes.map((each) => [each.id, each.name])),
			) || "nobody",
		],
	];
}

/** The host of a node, and how its cloud names the machine. */
function machineOf({
	host,
	instanceId,
	instanceType,
	lifecycle,
}: NodeAsRead): string {
	const words = [host, instanceId, instanceType, lifecycle];
	return words.filter((word) => word !== undefined).join(" ");
}
