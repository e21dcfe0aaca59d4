/**
 * Addresses that refuse connections although the node lives: somebody closes its port. It
 * may still call others, and works on in all other respects.
 */
import type { Fault } from "./faults.ts";

export const wallFaults: readonly Fault[] = [
	{
		name: "address that refuses",
		weight: 1,
		lastsMs: [500, 15_000],
		begin(cluster, random) {
			const { hub, clock, recorder } = cluster.world;
			const life = cluster.anyLife(random);
			if (life === undefined || hub.walled.has(life.nodeId)) return;
			const { nodeId } = life;
			hub.walled.add(nodeId);
			const fromMs = clock.monoMs();
			// Connections that are already open may stay so.
			if (random.oneIn(2))
				for (const peer of cluster.scenario.nodes)
					hub.hangUp(nodeId, peer.nodeId);
			return () => {
				hub.walled.delete(nodeId);
				const untilMs = clock.monoMs();
				recorder.add({ kind: "refusing", node: nodeId, fromMs, untilMs });
			};
		},
	},
];
