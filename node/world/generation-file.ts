/**
 * The generations that a node has seen, in its data folder.
 *
 * Redis may lose tokens that it gave, and with them their generation. Nodes that remember
 * the generation have it raised above that; this file lets a node that restarted meanwhile
 * remember it, too. It is for one cluster: under another name the node begins anew.
 *
 * The file is replaced by renaming, so a node that is killed leaves a whole one. It is
 * not synced: a host that crashes may lose all of it. A file that cannot be read or
 * written is logged and done without: this is a second line of defence, and a node should
 * run without it.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	type Generation,
	isGeneration,
	NO_GENERATION,
} from "../../protocol/token.ts";
import type { Generations, Log } from "../ports.ts";

const FILE = "generations.json";

export class GenerationFile implements Generations {
	readonly #path: string;
	readonly #cluster: string;
	readonly #log: Log;
	readonly #shards: Map<number, Generation>;

	/** Reads the file. The folder must exist. */
	constructor(dataDir: string, cluster: string, log: Log) {
		this.#path = join(dataDir, FILE);
		this.#cluster = cluster;
		this.#log = log;
		this.#shards = this.#read();
	}

	recall(shard: number): Generation {
		return this.#shards.get(shard) ?? NO_GENERATION;
	}

	keep(shard: number, raised: Generation): void {
		this.#shards.set(shard, raised);
		const cluster = this.#cluster;
		const shards = Object.fromEntries(this.#shards);
		const draft = `${this.#path}.new`;
		try {
			writeFileSync(draft, `${JSON.stringify({ cluster, shards })}\n`);
			renameSync(draft, this.#path);
		} catch (error) {
			const about = { err: error, file: this.#path };
			this.#log.warn(about, "could not keep the generation of fencing tokens");
		}
	}

	#read(): Map<number, Generation> {
		try {
			const { cluster, shards } = JSON.parse(readFileSync(this.#path, "utf8"));
			if (cluster !== this.#cluster) return new Map();
			return new Map(
				Object.entries(shards).map(([shard, kept]) => {
					if (isGeneration(kept)) return [Number(shard), kept];
					throw new Error(`what it says of shard ${shard} is no generation`);
				}),
			);
		} catch (error) {
			if ((error as { code?: string }).code !== "ENOENT") {
				const about = { err: error, file: this.#path };
				this.#log.warn(about, "could not read the generations of tokens kept");
			}
			return new Map();
		}
	}
}
