/**
 * Arrival: the first moments of a node, until it knows who else is there and what room
 * they have.
 *
 * The registry names the others as soon as there is a session. But what room they have
 * each says itself, as soon as gossip flows between the two (see digester.ts), and only
 * then can work be left to it. A node that did not wait for that would take for itself
 * all that is submitted through it, while others are idle. So submissions wait here: until
 * all have spoken, or as many as a node in a large cluster dials, and no longer than
 * ARRIVAL_MS_MAX, as one of them may not be able to. A node that is alone has arrived once
 * the registry has told it so.
 *
 * A task that comes alone, before any other, does not wait: it would stay here anyway.
 */
import { ARRIVAL_MS_MAX, DIAL_SOME } from "../../protocol/limits.ts";
import type { Clock, Timer } from "../ports.ts";

export interface ArrivalParts {
	readonly clock: Clock;
	readonly gossip: {
		/** "" without gossip. */
		readonly address: string;
	};
	/** See roster.ts. */
	readonly roster: {
		/** Other nodes that live and gossip, as the registry was last read. */
		readonly gossiping: readonly string[];
	};
}

export class Arrival {
	/** Resolves when the node has arrived. */
	readonly over: Promise<void>;
	isOver = false;
	readonly #resolve: () => void;
	/** Those that have said what room they have. */
	readonly #heard = new Set<string>();
	/** Whether a task has come. */
	#hasAdmitted = false;
	#timer: Timer | undefined;
	readonly #parts: ArrivalParts;

	constructor(parts: ArrivalParts) {
		this.#parts = parts;
		const { promise, resolve } = Promise.withResolvers<void>();
		this.over = promise;
		this.#resolve = resolve;
	}

	/** The node stops: nothing waits for it any more. */
	stop(): void {
		this.#end();
	}

	/** Whether so many tasks need not wait. */
	admits(tasks: number): boolean {
		if (this.isOver) return true;
		this.#limit();
		const isFirst = !this.#hasAdmitted;
		this.#hasAdmitted = true;
		return isFirst && tasks === 1;
	}

	registryRead(): void {
		if (this.isOver) return;
		this.#limit();
		this.#look();
	}

	/** The node has said what room it has. */
	heard(nodeId: string): void {
		if (this.isOver) return;
		this.#heard.add(nodeId);
		// Before the registry was read nobody is heard.
		this.#look();
	}

	#look(): void {
		const { gossip, roster } = this.#parts;
		const { gossiping } = roster;
		const heard = gossiping.filter((nodeId) => this.#heard.has(nodeId));
		const needed = Math.min(gossiping.length, DIAL_SOME);
		if (gossip.address === "" || heard.length >= needed) this.#end();
	}

	#limit(): void {
		this.#timer ??= this.#parts.clock.after(ARRIVAL_MS_MAX, () => this.#end());
	}

	#end(): void {
		this.isOver = true;
		this.#timer?.cancel();
		this.#heard.clear();
		this.#resolve();
	}
}
