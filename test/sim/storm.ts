/**
 * The storm: draws troubles, one after another, for as long as the scenario says; then
 * ends them all and brings back every node that is not lost for good.
 */
import type { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";
import { FAULTS, type Fault } from "./faults.ts";

/** How often a node that drains, and so cannot be started yet, is looked at again. */
const LOOK_MS = 200;

export class Storm {
	readonly #cluster: Cluster;
	readonly #random: SeededRandom;
	readonly #under = new Set<() => void>();
	#over = false;

	constructor(cluster: Cluster, random: SeededRandom) {
		this.#cluster = cluster;
		this.#random = random;
	}

	/** Begins trouble, which comes again until the storm is ended. */
	next(): void {
		const { scenario, world } = this.#cluster;
		const ms = -Math.log(1 - this.#random.unit()) * scenario.faultEveryMs;
		world.clock.after(ms, () => {
			if (this.#over) return;
			this.#begin(this.#draw());
			this.next();
		});
	}

	/** Ends all trouble, and brings back all nodes that are left. */
	end(): void {
		this.#over = true;
		for (const end of this.#under) end();
		this.#bringBack();
	}

	#begin(fault: Fault): void {
		const { world } = this.#cluster;
		const [min, max] = fault.lastsMs;
		const lastsMs = min + this.#random.unit() * (max - min);
		const endFault = fault.begin(this.#cluster, this.#random);
		if (endFault === undefined) return;
		world.recorder.fault(fault.name);
		const end = () => {
			if (this.#under.delete(end)) endFault();
		};
		this.#under.add(end);
		world.clock.after(lastsMs, end);
	}

	#draw(): Fault {
		const { fault: only } = this.#cluster.scenario;
		const faults = FAULTS.filter(({ name }) => name === (only ?? name));
		const total = faults.reduce((sum, { weight }) => sum + weight, 0);
		let left = this.#random.below(total);
		for (const fault of faults) {
			left -= fault.weight;
			if (left < 0) return fault;
		}
		throw new Error("the weights of the faults do not add up");
	}

	#bringBack(): void {
		const { scenario, world } = this.#cluster;
		for (const spec of scenario.nodes) this.#cluster.start(spec);
		world.clock.after(LOOK_MS, () => this.#bringBack());
	}
}
