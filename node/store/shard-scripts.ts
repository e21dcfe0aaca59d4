/**
 * Runs the scripts of one shard: on its keys, over the node's connection. It also knows
 * whether tokens may be given on that connection: whoever opens or adopts the shard says
 * so, and whoever would be given tasks asks.
 */
import type { Connection, Reply } from "./redis/connection.ts";
import type { Script, ScriptName } from "./scripts.ts";

export class ShardScripts {
	readonly index: number;
	/** The cluster's number of shards. */
	readonly shards: number;
	/** The connection on which the shard was last opened or adopted. */
	adoptedLife: number | undefined;
	readonly #tag: string;
	readonly #connection: Pick<Connection, "life" | "run">;
	readonly #scripts: Readonly<Record<ScriptName, Script>>;

	constructor(
		index: number,
		shards: number,
		cluster: string,
		connection: Pick<Connection, "life" | "run">,
		scripts: Readonly<Record<ScriptName, Script>>,
	) {
		this.index = index;
		this.shards = shards;
		this.#tag = `{${cluster}:${index}}`;
		this.#connection = connection;
		this.#scripts = scripts;
	}

	/** The number of the connection; every connection has another. */
	get life(): number | undefined {
		return this.#connection.life;
	}

	/** Whether tokens may be given on this connection. */
	get isAdopted(): boolean {
		return this.#connection.life === this.adoptedLife;
	}

	run(name: ScriptName, ...args: (string | number)[]): Promise<Reply> {
		return this.#connection.run(this.#scripts[name], this.#tag, args);
	}
}
