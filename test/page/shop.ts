/**
 * A real cluster of a shop, that is brought from one state to the next: all is well, something
 * waits for nobody, tasks fail, a node dies, one is ill, work piles up.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { Cluster, type ClusterNode, until } from "../cluster.ts";

const SLOTS = 8;
const HANDLERS = join(import.meta.dirname, "../fixtures/handlers/shop.ts");
/** Of who starts the nodes. */
const OPERATOR = `hs_operate_${"0".repeat(31)}1`;
const LOAD_MS = 300;

const as = (token: string) => ({ authorization: `Bearer ${token}` });

export class Shop implements AsyncDisposable {
	readonly cluster: Cluster;
	/** Of somebody called anna, who may do everything. */
	readonly anna: string;
	readonly #folder: string;
	#load: NodeJS.Timeout | undefined;

	/** Three nodes, of which the first serves the page. */
	static async open(): Promise<Shop> {
		const folder = mkdtempSync(join(tmpdir(), "hearsay-shop-"));
		const file = join(folder, "tokens");
		writeFileSync(file, `${OPERATOR}\n`);
		// The client of a cluster sends it.
		process.env.HEARSAY_TOKEN = OPERATOR;
		const node = (name: string) => [
			...["--name", name, "--concurrency", String(SLOTS)],
		];
		const cluster = await Cluster.start({
			nodes: ["node-1", "node-2", "node-3"].map(node),
			all: [
				...["--cluster", "shop", "--token-file", file, "--handlers", HANDLERS],
			],
		});
		const asked = { name: "anna", role: "operate" };
		const { body } = await cluster
			.node(1)
			.post<{ token: string }>("/v1/tokens", asked, as(OPERATOR));
		const shop = new Shop(cluster, folder, body.token);
		await until(
			() => shop.ask("/v1/tasks", []),
			({ status }) => status !== 401,
		);
		return shop;
	}

	private constructor(cluster: Cluster, folder: string, anna: string) {
		[this.cluster, this.#folder, this.anna] = [cluster, folder, anna];
	}

	/** It serves the page. */
	get front(): ClusterNode {
		return this.cluster.node(1);
	}

	/** As anna asks the node that serves the page. */
	ask(path: string, body: unknown) {
		return this.front.post<unknown>(path, body, as(this.anna));
	}

	async submit(...tasks: readonly object[]): Promise<void> {
		const { status } = await this.ask("/v1/tasks", tasks);
		if (status >= 300) throw new Error(`a submission was answered ${status}`);
	}

	/** Resolves when a task is in such a state. */
	becomes(id: string, state: TaskAsRead["state"]): Promise<TaskAsRead> {
		return until(
			() => this.front.task(id),
			(task) => task.state === state,
		);
	}

	/** Resolves when a task runs that has run before. */
	becomesTwice(id: string): Promise<TaskAsRead> {
		return until(
			() => this.front.task(id),
			({ attempt, state }) => attempt === 2 && state === "STARTED",
		);
	}

	/** Pictures are resized from now on, a few at a time. */
	beginWork(): void {
		let at = 0;
		this.#load = setInterval(() => {
			at += 1;
			const payload = { seconds: 1 + ((at * 7) % 5) / 2 };
			// On a busy machine one may be refused: a picture less.
			const task = { id: `picture-${at}`, type: "resize", payload };
			void this.ask("/v1/tasks", task);
		}, LOAD_MS);
	}

	endWork(): void {
		clearInterval(this.#load);
	}

	/** Every slot of every node is taken, then there is room on all but the third; that is killed. The ids of what it ran. */
	async killBusy(): Promise<string[]> {
		this.endWork();
		const exports = Array.from({ length: 3 * SLOTS }, (_, at) => ({
			...{ id: `export-${at + 1}`, type: "export_orders" },
			payload: { seconds: 300 },
		}));
		await this.submit(...exports);
		const runs = await Promise.all(
			exports.map(({ id }) => this.becomes(id, "STARTED")),
		);
		const idsOn = (name: string) =>
			runs.filter(({ nodeName }) => nodeName === name).map(({ id }) => id);
		const others = [idsOn("node-1"), idsOn("node-2")];
		for (const id of others.flatMap((ids) => ids.slice(0, SLOTS - 2))) {
			await this.ask(`/v1/tasks/${id}/cancel`, {});
			await this.becomes(id, "CANCELLED");
		}
		await this.cluster.node(3).kill();
		return idsOn("node-3");
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.endWork();
		delete process.env.HEARSAY_TOKEN;
		await this.cluster[Symbol.asyncDispose]();
		rmSync(this.#folder, { recursive: true });
	}
}
