/**
 * The name that a node was given, in its data folder, so that a node which had to be
 * called `host-2` keeps that name after a restart, whoever comes first then.
 *
 * It is for one wish: if the node is to be called something else, it begins anew. A file
 * that cannot be read or written is logged and done without, for the store gives a free
 * name in any case.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Log, NodeName } from "../ports.ts";

const FILE = "name.json";

export class NameFile implements NodeName {
	readonly wished: string;
	/** Resolves once the store has named the node. */
	readonly given: Promise<void>;
	readonly #path: string;
	readonly #log: Log;
	#current: string;
	readonly #given = Promise.withResolvers<void>();

	/** Reads the file. The folder must exist. `wished`: what the node is to be called if that name is free. */
	constructor(dataDir: string, wished: string, log: Log) {
		this.#path = join(dataDir, FILE);
		this.wished = wished;
		this.#log = log;
		this.#current = this.#read() ?? wished;
		this.given = this.#given.promise;
	}

	get current(): string {
		return this.#current;
	}

	give(name: string): void {
		this.#given.resolve();
		if (name === this.#current) return;
		this.#current = name;
		if (name !== this.wished)
			this.#log.warn(
				{},
				`another node of the cluster is called ${this.wished}; this one is called ${name}`,
			);
		const draft = `${this.#path}.new`;
		try {
			const kept = { wished: this.wished, name };
			writeFileSync(draft, `${JSON.stringify(kept)}\n`);
			renameSync(draft, this.#path);
		} catch (error) {
			const about = { err: error, file: this.#path };
			this.#log.warn(about, "could not keep the node's name");
		}
	}

	#read(): string | undefined {
		try {
			const { wished, name } = JSON.parse(readFileSync(this.#path, "utf8"));
			if (wished !== this.wished) return;
			// Only names count that the store makes from the wish.
			if (name === wished) return name;
			const number = String(name).slice(wished.length);
			if (String(name).startsWith(wished) && /^-\d{1,9}$/.test(number))
				return name;
			throw new Error(`it holds no name made of ${wished}`);
		} catch (error) {
			if ((error as { code?: string }).code === "ENOENT") return;
			const about = { err: error, file: this.#path };
			this.#log.warn(about, "could not read the node's name that was kept");
			return;
		}
	}
}
