/**
 * `hearsay up` for tests: the tests of a file share a folder and free ports; whatever a test
 * has started is stopped at its end.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { freePorts, HearsayProcess, isRefused, PROGRAM } from "./up-process.ts";

export class UpBench {
	/** Where the next `up` is started. */
	folder = "";
	/** The port of its first node. */
	first = 0;
	/** For all tests that need none of their own: only the first start has to wait until an empty store is that of a new cluster. */
	#shared = "";
	#started: HearsayProcess[] = [];

	static forFile(): UpBench {
		const bench = new UpBench();
		beforeAll(() => {
			bench.#shared = newFolder();
		});
		beforeEach(async () => {
			bench.folder = bench.#shared;
			bench.first = await freePorts(3);
			bench.#started = [];
		});
		afterEach(async () => {
			await Promise.all(bench.#started.map((each) => each.stop()));
			if (bench.folder !== bench.#shared)
				rmSync(bench.folder, { recursive: true });
		});
		afterAll(() => rmSync(bench.#shared, { recursive: true }));
		return bench;
	}

	/** For this test alone. */
	takeOwnFolder(): void {
		this.folder = newFolder();
	}

	up(args: readonly string[] = [], env = process.env): HearsayProcess {
		const http = `--http=127.0.0.1:${this.first}`;
		const given = ["up", http, ...args];
		const up = new HearsayProcess(PROGRAM, given, this.folder, env);
		this.#started.push(up);
		return up;
	}

	/** To be stopped with the others. */
	add(started: HearsayProcess): void {
		this.#started.push(started);
	}

	url(index: number, path: string): string {
		return `http://127.0.0.1:${this.first + index}${path}`;
	}

	redisPort(): number {
		const file = join(this.folder, ".hearsay/redis.conf");
		return Number(/^port (\d+)$/m.exec(readFileSync(file, "utf8"))?.[1]);
	}

	async expectAllGone(): Promise<void> {
		const { first } = this;
		for (const port of [first, first + 1, first + 2, this.redisPort()])
			expect(await isRefused(port), `port ${port}`).toBe(true);
	}
}

function newFolder(): string {
	return mkdtempSync(join(tmpdir(), "hearsay-up-"));
}
