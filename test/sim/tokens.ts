/**
 * Access tokens in a run: clients make some, at any node, and revoke some of them at
 * another. If a node that lives on has said that a token is revoked, every node refuses
 * it a while later, whatever the store has lost meanwhile. A token that was made, and that
 * nobody has asked to revoke, is good at every node, likewise.
 */
import { StoreError } from "../../node/ports.ts";
import { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";
import type { SimulatedNode } from "./simulated-node.ts";

const TOKENS = 4;
/** The time after which every node knows what another said. */
const KNOWN_MS = 5_000;
/** One run in this many has tokens: they cost the store a few steps, and so lead to another history. */
const ONE_IN = 3;

interface Token {
	readonly name: string;
	readonly secret: string;
	/** The node that said that the token is made. */
	readonly maker: SimulatedNode;
	/** When a node last said that it is made, or revoked. */
	toldMs: number;
	/** Whether somebody has asked to revoke it. */
	isUnwanted: boolean;
	/** The node that said that the token is revoked. */
	revoker?: SimulatedNode;
}

export class Tokens {
	readonly #cluster: Cluster;
	readonly #random: SeededRandom;
	readonly #tokens: Token[] = [];

	constructor(cluster: Cluster) {
		this.#cluster = cluster;
		const { seed, kind, stormMs } = cluster.scenario;
		this.#random = new SeededRandom(seed ^ 0x70ce5);
		if (kind === "calm" || !this.#random.oneIn(ONE_IN)) return;
		for (let i = 0; i < TOKENS; i++)
			this.#later(this.#random.unit() * stormMs, (life) => {
				void this.#make(`token-${i}`, life);
			});
	}

	/** What differs from what clients were told, once everything has been healed for a while. */
	flaws(): string[] {
		const alive = this.#cluster.alive();
		const untilMs = this.#nowMs - KNOWN_MS;
		const known = this.#tokens.filter(({ toldMs }) => toldMs <= untilMs);
		return known.flatMap(({ name, secret, isUnwanted, ...told }) => {
			const takers = alive.filter(({ api }) => api.access.whose(secret).ok);
			const names = takers.map(({ nodeId }) => nodeId).join(", ");
			if (told.revoker?.machine.alive && takers.length > 0)
				return `${names} let ${name} in, which is revoked`;
			const isGood = told.maker.machine.alive && !isUnwanted;
			return isGood && takers.length < alive.length
				? `only ${names || "nobody"} lets ${name} in, which is good`
				: [];
		});
	}

	async #make(name: string, maker: SimulatedNode): Promise<void> {
		const made = await unlessAway(() =>
			maker.api.access.create({ name, role: "operate" }),
		);
		if (!made?.ok) return;
		const { secret } = made;
		const toldMs = this.#nowMs;
		const token: Token = { name, secret, maker, toldMs, isUnwanted: false };
		this.#tokens.push(token);
		if (this.#random.oneIn(3)) return;
		const afterMs = this.#random.below(this.#random.pick([100, 5_000, 15_000]));
		this.#later(afterMs, (life) => void this.#revoke(token, life));
	}

	async #revoke(token: Token, life: SimulatedNode): Promise<void> {
		token.isUnwanted = true;
		const revoked = await unlessAway(() => life.api.access.revoke(token.name));
		if (revoked === undefined) return;
		token.revoker = life;
		token.toldMs = this.#nowMs;
	}

	get #nowMs(): number {
		return this.#cluster.world.clock.monoMs();
	}

	/** Acts at a node that lives after this time, if there is one. */
	#later(ms: number, act: (life: SimulatedNode) => void): void {
		this.#cluster.world.clock.after(ms, () => {
			const life = this.#cluster.anyLife(this.#random);
			life?.machine.run(() => act(life));
		});
	}
}

async function unlessAway<T>(ask: () => Promise<T>): Promise<T | undefined> {
	try {
		return await ask();
	} catch (error) {
		if (error instanceof StoreError) return undefined;
		throw error;
	}
}
