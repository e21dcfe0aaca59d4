/**
 * The simulated cluster: its nodes, each with at most one life at a time, and
 * when which of them was not its own master, for the history.
 */

import type { SeededRandom } from "../random.ts";
import type { NodeSpec, Scenario } from "./scenario.ts";
import { SimulatedNode, type World } from "./simulated-node.ts";

export class Cluster {
	readonly world: World;
	readonly scenario: Scenario;
	readonly #lives = new Map<string, SimulatedNode>();

	constructor(scenario: Scenario, world: World) {
		this.scenario = scenario;
		this.world = world;
		for (const spec of scenario.nodes) this.start(spec);
	}

	/** A new life, unless it is alive. */
	start(spec: NodeSpec): void {
		if (this.lifeOf(spec) !== undefined) return;
		this.#lives.set(spec.nodeId, new SimulatedNode(spec, this.world));
	}

	/** The life of a node, if it has one now. */
	lifeOf({ nodeId }: NodeSpec): SimulatedNode | undefined {
		const life = this.#lives.get(nodeId);
		return life?.machine.alive ? life : undefined;
	}

	/** The life of any node; none where it is not alive. */
	anyLife(random: SeededRandom): SimulatedNode | undefined {
		return this.lifeOf(random.pick(this.scenario.nodes));
	}

	alive(): SimulatedNode[] {
		return [...this.#lives.values()].filter(({ machine }) => machine.alive);
	}

	get draining(): boolean {
		return this.alive().some(({ draining }) => draining);
	}

	/** From now on the node is not its own master; the answer ends that. */
	impair(nodeId: string, why: "paused" | "cut-off" | "gone"): () => void {
		const { clock, recorder } = this.world;
		const fromMs = clock.monoMs();
		recorder.stepped(`${nodeId} ${why}`);
		return () =>
			recorder.add({
				kind: "impaired",
				...{ node: nodeId, why, fromMs, untilMs: clock.monoMs() },
			});
	}
}
