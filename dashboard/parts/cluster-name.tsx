/** The cluster's name with a colour of its own, so that nobody takes production for a trial. */
import type { JSX } from "preact";
import { live } from "../state/live.ts";
import { hueOf } from "../words/hue.ts";

export function ClusterName(): JSX.Element | null {
	const name = live.value?.cluster;
	if (!name) return null;
	return (
		<span class="cluster-name" data-hue={hueOf(name)} title={`Cluster ${name}`}>
			<bdi>{name}</bdi>
		</span>
	);
}
