/**
 * Trouble that parts a group of nodes from the rest and takes the store away from it:
 * both at once, or one a good while after the other. While it lasts, those in the group
 * hear only one another, and the rest may take their tasks over.
 */
import { LINK_PING_MS, LINK_PING_TIMEOUT_MS } from "../../protocol/limits.ts";
import type { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";
import type { Fault } from "./faults.ts";

/** How long after the first trouble the second comes at most: links are given up long before. */
const APART_MS_MAX = LINK_PING_MS + LINK_PING_TIMEOUT_MS + 1_000;

export const groupFaults: readonly Fault[] = [
	{
		name: "group cut off",
		weight: 2,
		lastsMs: [3_000, 30_000],
		begin(cluster, random) {
			const { clock } = cluster.world;
			const group = drawGroup(cluster, random);
			if (group === undefined) return;
			const laterMs = random.unit() ** 2 * APART_MS_MAX;
			const isSightFirst = random.oneIn(2);
			const part = () => loseSight(cluster, group, random);
			const sever = () => loseStore(cluster, group);
			const ends = [isSightFirst ? part() : sever()];
			const timer = clock.after(laterMs, () => {
				ends.push(isSightFirst ? sever() : part());
			});
			return () => {
				timer.cancel();
				for (const end of ends) end();
			};
		},
	},
];

/** Some nodes, but not all. */
function drawGroup(
	{ scenario }: Cluster,
	random: SeededRandom,
): readonly string[] | undefined {
	const ids = scenario.nodes.map(({ nodeId }) => nodeId);
	const group = ids.filter(() => random.oneIn(2));
	return group.length === 0 || group.length === ids.length ? undefined : group;
}

/** Lets nothing pass between the group and the rest, which give their links up after a while. */
function loseSight(
	{ scenario, world: { hub, clock } }: Cluster,
	group: readonly string[],
	random: SeededRandom,
): () => void {
	const rest = scenario.nodes
		.map(({ nodeId }) => nodeId)
		.filter((id) => !group.includes(id));
	const pairs = group.flatMap((a) => rest.map((b) => [a, b] as const));
	for (const [a, b] of pairs) {
		hub.mute(a, b);
		hub.mute(b, a);
	}
	const givenUpMs = random.unit() * (LINK_PING_MS + LINK_PING_TIMEOUT_MS);
	const timer = clock.after(givenUpMs, () => {
		for (const [a, b] of pairs) hub.cut(a, b);
	});
	return () => {
		timer.cancel();
		for (const [a, b] of pairs) {
			hub.unmute(a, b);
			hub.unmute(b, a);
			hub.mend(a, b);
		}
	};
}

/**
 * Nodes of the group that are alive and reach the store no longer do. The function
 * returned ends that.
 */
export function loseStore(
	cluster: Cluster,
	group: readonly string[],
): () => void {
	const lives = cluster
		.alive()
		.filter(({ nodeId, link }) => group.includes(nodeId) && !link.cut);
	const recovered = lives.map((life) => {
		life.link.cut = true;
		return cluster.impair(life.nodeId, "cut-off");
	});
	return () => {
		for (const tell of recovered) tell();
		for (const { link } of lives) link.cut = false;
	};
}
