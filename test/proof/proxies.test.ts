/**
 * Behind the proxies of the manual, with TLS, HTTP/2 and a path: whatever is asked of a node
 * is asked through them. And behind nginx by its defaults, which gives an answer up after
 * 60 s, a wait is answered by the node.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { EVENTS_HEARTBEAT_MS, LIVE_FRAME_MS } from "../../protocol/limits.ts";
import type { EventAsRead } from "../../protocol/schema/events.ts";
import { type Message, MessageReader } from "../../protocol/sse.ts";
import { median } from "../../scripts/bench/stats.ts";
import { Cluster, ClusterNode, until } from "../cluster.ts";
import { startBrowser } from "../contract/page-browser.ts";
import { freePorts } from "../e2e/up-process.ts";
import { startRedis } from "../redis.ts";
import { tlsFile } from "../tls-files.ts";
import { Http2 } from "./http2.ts";
import {
	adapt,
	configOf,
	type RunningProxy,
	startHaproxy,
	startNginx,
} from "./proxy.ts";

const WAITS = 12;
const BODY_BYTES_MAX = 16 * 2 ** 20;
const SILENT_MS = 60_000;
const PATH = "/hearsay";
const TLS = [
	...["--tls-cert", tlsFile("node.pem")],
	...["--tls-key", tlsFile("node-key.pem")],
];

interface Kind {
	/** The nodes behind it speak TLS. */
	readonly isSecure: boolean;
	start(nodes: readonly number[], port: number): Promise<RunningProxy>;
}

/** By name. */
const PROXIES: Readonly<Record<string, Kind>> = {
	nginx: {
		isSecure: false,
		start: (nodes, port) =>
			startNginx(adapt(configOf("nginx.conf"), port, nodes), port),
	},
	"nginx before nodes that speak TLS": {
		isSecure: true,
		start: (nodes, port) => {
			const config = configOf("nginx.conf")
				.replace("http://hearsay", "https://hearsay")
				.replace("proxy_buffering", `${configOf("nginx-tls.conf")}$&`);
			return startNginx(adapt(config, port, nodes), port);
		},
	},
	HAProxy: {
		isSecure: true,
		start: (nodes, port) =>
			startHaproxy(adapt(configOf("haproxy.cfg"), port, nodes), port),
	},
};

/** Three nodes, and the proxy before them. */
async function startBehind({ isSecure, start }: Kind) {
	await using stack = new AsyncDisposableStack();
	const folder = mkdtempSync(join(tmpdir(), "hearsay-proxies-"));
	stack.defer(() => rmSync(folder, { recursive: true }));
	const redis = await startRedis();
	stack.defer(() => redis.stop());
	const port = await freePorts(1);
	const origin = `https://localhost:${port}`;
	const nodes = [1, 2, 3].map(
		(number) =>
			new ClusterNode(folder, [
				...["--redis", redis.url, "--http", "127.0.0.1:0"],
				...["--data", join(folder, `node-${number}`)],
				...["--public-url", origin + PATH],
				...(isSecure ? TLS : []),
			]),
	);
	stack.defer(async () => {
		await Promise.all(nodes.map((node) => node.kill()));
	});
	await Promise.all(nodes.map((node) => node.start()));
	const ports = nodes.map(({ url }) => Number(new URL(url).port));
	stack.use(await start(ports, port));
	const client = stack.use(await Http2.to(origin));
	await until(
		() => client.ask(`${PATH}/readyz`),
		({ status }) => status === 200,
	);
	const held = stack.move();
	return {
		...{ origin, nodes, client },
		[Symbol.asyncDispose]: () => held.disposeAsync(),
	};
}

/** A stream of a node as it comes through the proxy. */
class Followed {
	readonly messages: (Message & { readonly atMs: number })[] = [];
	/** It has no end of itself. */
	isOver = false;

	constructor(client: Http2, path: string, headers?: Record<string, string>) {
		void this.#follow(client.follow(path, headers));
	}

	async #follow(pieces: AsyncIterable<string>): Promise<void> {
		const reader = new MessageReader();
		try {
			for await (const piece of pieces)
				for (const message of reader.push(piece))
					this.messages.push({ ...message, atMs: performance.now() });
		} finally {
			this.isOver = true;
		}
	}

	/** What was told of such a kind: ids of tasks, for each in order. */
	tasks(kind: string): string[] {
		return this.messages
			.filter(({ event }) => event === kind)
			.map(({ data = "" }) => (JSON.parse(data) as EventAsRead).task ?? "");
	}

	of(event: string): number[] {
		return this.messages
			.filter((message) => message.event === event)
			.map(({ atMs }) => atMs);
	}

	get id(): string | undefined {
		return this.messages.findLast(({ id }) => id !== undefined)?.id;
	}

	async told(isEnough: () => boolean): Promise<void> {
		await until(
			() => isEnough(),
			(enough) => enough,
		);
	}
}

describe.each(Object.entries(PROXIES))("behind %s", (_name, kind) => {
	test("a page may submit, answers lead below the path, waits are answered as tasks end", async () => {
		await using behind = await startBehind(kind);
		const { client, origin } = behind;
		const task = { type: "process_task", payload: { durationMs: 25_000 } };
		const submit = (id: string, from: string) =>
			client.ask(
				`${PATH}/v1/tasks`,
				{ origin: from },
				JSON.stringify({ ...task, id }),
			);
		expect((await submit("no", "https://evil.example")).status).toBe(403);
		const taken = await submit("long", origin);
		expect([taken.status, taken.headers.location]).toEqual([
			202,
			`${PATH}/v1/tasks/long`,
		]);
		const at = `${taken.headers.location}`;
		const waited = await client.ask(`${at}?wait=30s`);
		expect([waited.status, JSON.parse(waited.text).state]).toEqual([
			200,
			"SUCCESS",
		]);
		const described = await client.ask(`${PATH}/openapi.json`);
		const { servers } = JSON.parse(described.text);
		expect(servers[0].url).toBe(origin + PATH);
	}, 120_000);

	test("16 MiB in one request are taken, and a byte more is refused", async () => {
		await using behind = await startBehind(kind);
		const { client } = behind;
		const task = { type: "noop", payload: "x".repeat(200_000) };
		const text = JSON.stringify(Array(80).fill(task));
		const most = Buffer.from(text.padEnd(BODY_BYTES_MAX));
		const taken = await client.ask(`${PATH}/v1/tasks`, {}, most);
		expect(taken.status).toBe(202);
		expect(JSON.parse(taken.text).tasks).toHaveLength(80);
		const more = Buffer.concat([most, Buffer.from(" ")]);
		const refused = await client.ask(`${PATH}/v1/tasks`, {}, more);
		expect(refused.status).toBe(413);
	}, 120_000);

	test("the page and the manual are one below the path, in a browser", async () => {
		await using behind = await startBehind(kind);
		const top = behind.origin + PATH;
		const browser = await startBrowser();
		try {
			const context = await browser.newContext({ ignoreHTTPSErrors: true });
			const page = await context.newPage();
			const complaints: string[] = [];
			page.on("pageerror", ({ message }) => complaints.push(message));
			page.on("console", (message) => complaints.push(message.text()));
			await page.goto(top);
			await page.getByText("Live", { exact: true }).waitFor();
			expect(page.url()).toBe(`${top}/`);
			await page.getByRole("link", { name: "Manual", exact: true }).click();
			await page.getByRole("main").getByRole("link", { name: "Tasks" }).click();
			await page.waitForURL(`${top}/docs/tasks`);
			await page.getByRole("link", { name: "Dashboard" }).click();
			await page.getByText("Live", { exact: true }).waitFor();
			const protocol = await page.evaluate(() => {
				const [navigation] = performance.getEntriesByType("navigation");
				return (navigation as PerformanceNavigationTiming).nextHopProtocol;
			});
			expect(protocol).toBe("h2");
			expect(complaints).toEqual([]);
		} finally {
			await browser.close();
		}
	}, 120_000);

	test("a node that dies is not asked any more", async () => {
		await using behind = await startBehind(kind);
		const { client, nodes } = behind;
		await nodes[0]?.kill();
		let inARow = 0;
		await until(
			async () => (await client.ask(`${PATH}/v1/nodes`)).status,
			(status) => {
				inARow = status === 200 ? inARow + 1 : 0;
				return inARow === 30;
			},
		);
	}, 120_000);

	test("events and frames come as they happen, are not closed while nothing does, and go on from an id", async () => {
		await using behind = await startBehind(kind);
		const { client } = behind;
		const run = async (id: string) => {
			const task = JSON.stringify({ id, type: "noop" });
			const { status } = await client.ask(`${PATH}/v1/tasks`, {}, task);
			expect(status).toBe(202);
			return performance.now();
		};
		const path = `${PATH}/v1/events?type=noop`;
		const events = new Followed(client, path);
		const live = new Followed(client, `${PATH}/v1/live`);
		await events.told(() => events.id !== undefined);
		await live.told(() => live.of("first").length > 0);
		for (const [at, id] of ["early", "late"].entries()) {
			const sentMs = await run(id);
			await events.told(() => events.tasks("task.ended").includes(id));
			// What is kept back to be sent with more comes a heartbeat later at best.
			const tookMs = (events.of("task.ended").at(-1) ?? 0) - sentMs;
			expect(tookMs).toBeLessThan(EVENTS_HEARTBEAT_MS / 2);
			if (at === 0) await pause(SILENT_MS);
		}
		expect(events.tasks("task.accepted")).toEqual(["early", "late"]);
		// A frame a second, each by itself.
		const framesMs = [...live.of("first"), ...live.of("next")];
		expect(framesMs.length).toBeGreaterThan(SILENT_MS / LIVE_FRAME_MS / 2);
		const gapsMs = framesMs.slice(1).map((ms, at) => ms - (framesMs[at] ?? 0));
		expect(median(gapsMs)).toBeGreaterThan(LIVE_FRAME_MS / 2);
		expect(live.of("first")).toHaveLength(1);
		expect([events.isOver, live.isOver]).toEqual([false, false]);

		const id = events.id ?? "";
		await run("after");
		const again = new Followed(client, path, { "last-event-id": id });
		await again.told(() => again.tasks("task.ended").length > 0);
		expect(again.tasks("task.accepted")).toEqual(["after"]);
		expect(again.of("reset")).toEqual([]);
	}, 180_000);
});

test("waits of 60 s behind nginx as it is by default are answered, and say to ask again", async () => {
	await using cluster = await Cluster.start({ nodes: [[]] });
	const port = await freePorts(1);
	const config = `events {} http { server {
		listen 127.0.0.1:${port}; location / { proxy_pass ${cluster.node(1).url}; }
	} }`;
	await using _nginx = await startNginx(config, port);
	const url = `http://127.0.0.1:${port}`;
	const task = { id: "long", type: "process_task" };
	const taken = await fetch(`${url}/v1/tasks`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ ...task, payload: { durationMs: 75_000 } }),
	});
	expect(taken.status).toBe(202);
	const waitFor = async () => {
		const answer = await fetch(`${url}/v1/tasks/long?wait=60s`);
		const { state } = (await answer.json()) as { state: string };
		return [answer.status, answer.headers.get("retry-after"), state];
	};
	const waits = await Promise.all(Array.from({ length: WAITS }, waitFor));
	expect(waits).toEqual(Array(WAITS).fill([200, "0", "STARTED"]));
	expect(await waitFor()).toEqual([200, null, "SUCCESS"]);
}, 180_000);
