/**
 * Nodes that serve the fixture `work.ts`, whose tasks wait for files, and the folder of
 * these files: the ground of tests about nodes that stop, stand still or are killed.
 */
import {
	existsSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { TaskAsRead } from "../../protocol/schema.ts";
import {
	Cluster,
	type ClusterNode,
	type ClusterPlan,
	until,
} from "../cluster.ts";

export const WORK_HANDLERS = fileURLToPath(
	new URL("../fixtures/handlers/work.ts", import.meta.url),
);

export class WorkBench {
	/** The number of the running test, from 1, which sets its tasks and files apart. */
	test = 0;
	#folder: string | undefined;
	#cluster: Cluster | undefined;

	/** For all tests of a file. `name` is part of the folder's name. */
	static forFile(name: string): WorkBench {
		const bench = new WorkBench();
		beforeAll(() => {
			bench.#folder = mkdtempSync(join(tmpdir(), `hearsay-${name}-`));
		});
		beforeEach(() => {
			bench.test += 1;
		});
		afterAll(() => rmSync(bench.file(""), { recursive: true }));
		return bench;
	}

	/** A cluster for all tests of the file or block in which this is called. */
	withCluster(plan: () => ClusterPlan): void {
		beforeAll(async () => {
			const { all = [], ...rest } = plan();
			this.#cluster = await Cluster.start({
				...{ ...rest, all: ["--handlers", WORK_HANDLERS, ...all] },
			});
		});
		afterAll(() => this.cluster[Symbol.asyncDispose]());
	}

	/** Each test ends with all nodes present and nothing under way: held tasks are released. */
	endsCalm(): void {
		afterEach(async () => {
			writeFileSync(this.#release, "");
			await this.cluster.revive();
			await until(
				() => this.cluster.node(1).cluster(),
				({ counts }) => counts.STARTED + counts.PENDING === 0,
			);
		});
	}

	get cluster(): Cluster {
		if (this.#cluster === undefined) throw new Error("it has not started yet");
		return this.#cluster;
	}

	/** The path of a file in the folder. */
	file(name: string): string {
		if (this.#folder === undefined) throw new Error("it has not started yet");
		return join(this.#folder, name);
	}

	/**
	 * Starts tasks whose first attempt does not end before the test. Resolves when the code of
	 * all of them runs: one that has not begun is given back as if never given out.
	 */
	async postHeld(node: ClusterNode, count: number): Promise<string[]> {
		const tasks = Array.from({ length: count }, (_, i) => ({
			id: `held-${this.test}-${i}`,
			type: "holdAtFirst",
			payload: { file: this.#release },
		}));
		await node.post("/v1/tasks", tasks);
		await until(
			() => node.cluster(),
			({ counts }) => counts.STARTED === count,
		);
		const begun = `${this.#release}-begun`;
		const ids = tasks.map(({ id }) => id);
		await until(
			() => (existsSync(begun) ? readFileSync(begun, "utf8").split("\n") : []),
			(lines) => ids.every((id) => lines.includes(id)),
		);
		return ids;
	}

	/** The file that ends the first attempts of held tasks. */
	get #release(): string {
		return this.file(`release-${this.test}`);
	}
}

/** How the task's attempts have ended. */
export const endsOf = ({ attempts }: TaskAsRead) =>
	attempts.map(({ end }) => end);
