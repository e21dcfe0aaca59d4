/**
 * The simulated cluster: its nodes, each with at most one life at a time, and, for the
 * history, when which of them was not its own master.
 */
import type { SeededRandom } from "../random.ts";
import type { NodeSpec, Scenario } from "./scenario.ts";
import { SimulatedNode, type World } from "./simulated-node.ts";
import type { Workload } from "./workload.ts";

/** The longest time until whoever looks after a node starts it again. */
export const RESTART_MS_MAX = 3_000;

export class Cluster {
	readonly world: World;
	readonly scenario: Scenario;
	/** The tasks that come in, once they do. */
	workload: Workload | undefined;
	/** Whether somebody floods the others with gossip. */
	flooded = false;
	/** A node with another number of shards that somebody has started beside the others. */
	joiner: NodeSpec | undefined;
	readonly #lives = new Map<string, SimulatedNode>();
	/** Nodes that never come back. */
	readonly #lost = new Set<string>();
	/** Nodes that are started again in a moment. */
	readonly #restarting = new Set<string>();

	constructor(scenario: Scenario, world: World) {
		this.scenario = scenario;
		this.world = world;
		for (const spec of scenario.nodes) this.start(spec);
	}

	/** Starts a new life, unless the node is alive, or not to come back. */
	start(spec: NodeSpec): void {
		if (this.lifeOf(spec) !== undefined || this.#lost.has(spec.nodeId)) return;
		if (this.#isStranger(spec) && spec !== this.joiner) return;
		const life: SimulatedNode = new SimulatedNode(spec, this.world, {
			killedByTask: () => {
				life.kill();
				this.#startAgain(life);
			},
			outnumbered: (shards) => this.#outnumbered(spec, shards),
			refused: () => {
				if (!this.#isStranger(spec)) this.#mendNumber();
				this.#startAgain(life);
			},
		});
		this.#lives.set(spec.nodeId, life);
	}

	#outnumbered({ nodeId: node, shards: own }: NodeSpec, shards: number): void {
		const rivals = this.lives()
			.filter(({ agreed, spec }) => agreed && spec.shards === shards)
			.map(({ nodeId }) => nodeId);
		const what = { node, own, shards, rivals };
		this.world.recorder.record({ kind: "outnumbered", ...what });
	}

	/**
	 * Whoever runs the cluster sees that its nodes are refused. What came about with
	 * another number is thrown away when no node of that number is left, and so are the
	 * copies of it. A number that is lost while there are tasks is restored.
	 */
	#mendNumber(): void {
		const { server, disk } = this.world;
		const { shards } = this.scenario;
		if (server.condition !== "up" || server.number === shards) return;
		if (server.number === undefined) {
			if (!server.isEmpty) server.number = shards;
			return;
		}
		if (this.alive().some(({ spec }) => this.#isStranger(spec))) return;
		this.emptyStore();
		disk.empty();
	}

	/** Empties the store, or its first shards. */
	emptyStore(shards?: number): void {
		this.world.recorder.record({ kind: "lost-writes" });
		this.world.server.empty(shards);
	}

	#isStranger({ shards }: NodeSpec): boolean {
		return shards !== this.scenario.shards;
	}

	/** Starts a node again, as whoever looks after it does on seeing that it is gone. */
	#startAgain(life: SimulatedNode): void {
		const { clock, random } = this.world;
		const { nodeId } = life;
		if (this.#restarting.has(nodeId)) return;
		this.#restarting.add(nodeId);
		clock.after(random.below(RESTART_MS_MAX), () => {
			this.#restarting.delete(nodeId);
			this.start(life.spec);
		});
	}

	/**
	 * Whether a node may be lost for good. Most must be left, including the first, which is
	 * the one that is sure to serve everything.
	 */
	mayLose({ nodeId }: NodeSpec): boolean {
		const { nodes } = this.scenario;
		const lostMax = Math.floor(nodes.length / 3);
		return nodeId !== nodes[0]?.nodeId && this.#lost.size < lostMax;
	}

	/** Makes sure that the node never comes back. */
	lose({ nodeId }: NodeSpec): void {
		this.#lost.add(nodeId);
	}

	/** The life of a node, if it has one now. */
	lifeOf({ nodeId }: NodeSpec): SimulatedNode | undefined {
		const life = this.#lives.get(nodeId);
		return life?.machine.alive ? life : undefined;
	}

	/** The life of any node; none if that node is not alive. */
	anyLife(random: SeededRandom): SimulatedNode | undefined {
		return this.lifeOf(random.pick(this.scenario.nodes));
	}

	alive(): SimulatedNode[] {
		return this.lives().filter(({ machine }) => machine.alive);
	}

	/** The newest life of each node, whether or not it is over. */
	lives(): SimulatedNode[] {
		return [...this.#lives.values()];
	}

	/** Whether all nodes are back that can be, and none is on its way out. */
	get whole(): boolean {
		const alive = this.alive();
		return (
			alive.length === this.scenario.nodes.length - this.#lost.size &&
			alive.every(({ agreed, draining }) => agreed && !draining)
		);
	}

	/** Records that the node is not its own master from now on. The function returned ends that. */
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
