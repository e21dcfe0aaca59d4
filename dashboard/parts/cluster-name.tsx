/** The cluster's name with a colour of its own, so that nobody takes production for a trial. */
import type { JSX } from "preact";
import { useAsked } from "../state/asked.ts";
import { ask } from "../state/node.ts";
import { hueOf } from "../words/hue.ts";

const ASK_MS = 5_000;

export function ClusterName(): JSX.Element | null {
	const { value } = useAsked("cluster", () => ask("getCluster"), ASK_MS).value;
	if (value === undefined) return null;
	return (
		<span class="cluster-name" data-hue={hueOf(value.cluster)} title="Cluster">
			{value.cluster}
		</span>
	);
}
