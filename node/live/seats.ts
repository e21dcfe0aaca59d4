/** Seats: the number that a node has in the stream, given to it when it is first seen, and to no other after it. */

export class Seats {
	readonly #numbers = new Map<string, number>();
	readonly #nodes: (string | undefined)[] = [];

	/** The nodes by number; undefined for one that is gone. */
	get inOrder(): readonly (string | undefined)[] {
		return this.#nodes;
	}

	/** The node's number, given to it now if it has none. */
	of(node: string): number {
		const known = this.#numbers.get(node);
		if (known !== undefined) return known;
		const number = this.#nodes.push(node) - 1;
		this.#numbers.set(node, number);
		return number;
	}

	find(node: string): number | undefined {
		return this.#numbers.get(node);
	}

	/** The node is no longer listed. What is still told of it has its number. */
	leave(node: string): void {
		const number = this.#numbers.get(node);
		if (number !== undefined) this.#nodes[number] = undefined;
	}

	/** The node is listed again. */
	comeBack(node: string): void {
		const number = this.#numbers.get(node);
		if (number !== undefined) this.#nodes[number] = node;
	}
}
