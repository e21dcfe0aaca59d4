/** Streams of real nodes that ask for tokens: what a restricted token is told, and that its reader goes on with another node when one dies. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pauseFor } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EventRead, readEvents } from "../../protocol/client/events.ts";
import { readLive } from "../../protocol/client/live.ts";
import type { Component } from "../../protocol/schema/components.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import { call } from "../call.ts";
import { Cluster, until } from "../cluster.ts";

const OPERATOR = `hs_operate_${"0".repeat(31)}1`;
const AUTHORIZED = { authorization: `Bearer ${OPERATOR}` };
const BATCH = 20;

let folder: string;
let cluster: Cluster;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-token-streams-"));
	const file = join(folder, "tokens");
	writeFileSync(file, `${OPERATOR}\n`);
	// The token of whoever starts the nodes; the client of a cluster sends it.
	process.env.HEARSAY_TOKEN = OPERATOR;
	cluster = await Cluster.start({
		nodes: [[], [], []],
		all: ["--token-file", file],
	});
});
afterAll(async () => {
	delete process.env.HEARSAY_TOKEN;
	await cluster[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

/** Resolves when all nodes know the token. */
async function tokenFor(name: string, more: object): Promise<string> {
	const made = await call<Component<"TokenAsCreated">>(
		`${cluster.node(1).url}/v1/tokens`,
		{ name, role: "read", ...more },
		AUTHORIZED,
	);
	const { token } = made.body;
	const headers = { authorization: `Bearer ${token}` };
	for (const { url } of cluster.nodes)
		await until(
			() => call(`${url}/v1/nodes`, undefined, headers),
			({ status }) => status === 200,
		);
	return token;
}

const pause = async (ms: number, signal: AbortSignal) => {
	await pauseFor(ms, undefined, { signal }).catch(() => {});
};

/** Reads events and frames, beginning with the first of its nodes. */
class Watcher implements AsyncDisposable {
	readonly events: EventRead[] = [];
	readonly frames: { readonly url: string; readonly frame: LiveFrame }[] = [];
	/** The nodes from which events were read, one after the other. */
	readonly readAt: string[] = [];
	readonly #stop = new AbortController();
	readonly #over: Promise<unknown>;

	constructor(token: string, urls: readonly string[]) {
		const { signal } = this.#stop;
		const events = readEvents({
			...{ token, signal, pause, urls: () => urls },
			fetch: async (url, request) => {
				const answer = await fetch(url, request);
				this.readAt.push(new URL(url).origin);
				return answer;
			},
		});
		const live = readLive({
			...{ token, signal, pause, fetch },
			// As the page does: from the node that served it, and those that this names.
			urls: () => [...urls, ...this.#elsewhere],
		});
		this.#over = Promise.all([this.#hear(events), this.#see(live)]);
	}

	/** Resolves once it reads both. */
	async begun(): Promise<this> {
		await until(
			() => [this.frames.length, this.readAt.length],
			(counts) => !counts.includes(0),
		);
		return this;
	}

	get #elsewhere(): readonly string[] {
		const told = this.frames.findLast(({ frame }) => frame.elsewhere);
		return told?.frame.elsewhere ?? [];
	}

	async #hear(events: ReturnType<typeof readEvents>): Promise<void> {
		for await (const read of events) this.events.push(read);
	}

	async #see(live: ReturnType<typeof readLive>): Promise<void> {
		for await (const read of live) if ("frame" in read) this.frames.push(read);
	}

	/** The task events that were read, as sorted lines. */
	told(...kinds: string[]): string[] {
		return this.events
			.filter(({ event }) => kinds.includes(event.kind))
			.map(({ event }) => `${event.task} ${event.kind}`)
			.sort();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#stop.abort();
		await this.#over;
	}
}

const idsOf = (batch: string, count = BATCH) =>
	Array.from({ length: count }, (_, at) => `${batch}-${at}`);
const linesOf = (...ids: string[]) =>
	ids.flatMap((id) => [`${id} task.accepted`, `${id} task.ended`]).sort();

async function submit(node: number, ids: readonly string[], queue?: string) {
	const tasks = ids.map((id) => ({
		id,
		type: "noop",
		...(queue && { queue }),
	}));
	const { url } = cluster.node(node);
	const { status } = await call(`${url}/v1/tasks`, tasks, AUTHORIZED);
	expect(status).toBe(202);
}

test("a restricted token is told of its own tasks as they happen, and of nobody else's", async () => {
	const token = await tokenFor("images", { queues: ["images"] });
	const node = cluster.node(1);
	await using watcher = await new Watcher(token, [node.url]).begun();
	const theirs = idsOf("theirs");
	await submit(2, theirs, "mail");
	await call(`${node.url}/v1/tasks/theirs-0/retry`, {}, AUTHORIZED);
	await submit(2, idsOf("own"), "images");
	await until(
		() => watcher.told("task.ended").length,
		(count) => count >= BATCH,
	);
	await until(
		() => watcher.frames,
		(frames) => JSON.stringify(frames).includes("own-0"),
	);
	expect(watcher.told("task.accepted", "task.ended")).toEqual(
		linesOf(...idsOf("own")),
	);
	const all = JSON.stringify([watcher.events, watcher.frames]);
	expect(all).not.toMatch(/theirs|"mail"|"audit"/);
});

test("a client whose node is killed goes on with another, with its token, and has missed nothing", async () => {
	const token = await tokenFor("watch", {});
	const [first, second, third] = cluster.nodes.map(({ url }) => url) as [
		...[string, string, string],
	];
	// This one knows all nodes, and the other only one, which names the others before it stops.
	await using watcher = await new Watcher(token, [
		first,
		second,
		third,
	]).begun();
	await submit(2, idsOf("before"));
	await until(
		() => watcher.told("task.ended").length,
		(count) => count >= BATCH,
	);
	await cluster.node(1).kill();
	await submit(3, idsOf("after"));
	const lines = linesOf(...idsOf("before"), ...idsOf("after"));
	await until(
		() => watcher.told("task.accepted", "task.ended").length,
		(count) => count >= lines.length,
	);
	expect(watcher.told("task.accepted", "task.ended")).toEqual(lines);
	expect(watcher.told("reset")).toEqual([]);
	const { url } = (await until(
		() => watcher.frames.at(-1),
		(last) => last?.url !== first,
	)) as { url: string };
	const began = watcher.frames.find((read) => read.url === url);
	expect(began?.frame.kind).toBe("first");

	await using other = await new Watcher(token, [second]).begun();
	await submit(3, idsOf("other"));
	await until(
		() => other.told("task.ended").length,
		(count) => count >= BATCH,
	);
	cluster.node(2).signal("SIGTERM");
	expect(await cluster.node(2).ended).toBe(0);
	await submit(3, idsOf("last"));
	const both = linesOf(...idsOf("other"), ...idsOf("last"));
	await until(
		() => other.told("task.accepted", "task.ended").length,
		(count) => count >= both.length,
	);
	expect(other.told("task.accepted", "task.ended")).toEqual(both);
	expect(other.readAt.at(-1)).toBe(third);
	await until(
		() => other.frames.at(-1),
		(last) => last?.url === third,
	);
});
