/**
 * Floods of HTTP on a real node: its event loop goes on, its memory stays, its lease
 * too, and others are answered meanwhile.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { Cluster } from "../cluster.ts";

const DELAY_MS_MAX = 250;
const MEMORY_BYTES_MAX = 100_000_000;
/** Of one flood. */
const LASTS_MS = 5_000;

interface Sample {
	readonly delayMs: number;
	readonly rss: number;
}

const folder = mkdtempSync(join(tmpdir(), "hearsay-flood-"));
const loopFile = join(folder, "loop");
let cluster: Cluster;

beforeAll(async () => {
	const watch = new URL("../fixtures/loop-watch.mjs", import.meta.url).pathname;
	process.env.NODE_OPTIONS = `--import=${watch}`;
	process.env.HEARSAY_TEST_LOOP_FILE = loopFile;
	cluster = await Cluster.start({ nodes: [[]] });
	const [node] = cluster.nodes;
	const large = { type: "process_task", payload: { pad: "x".repeat(250_000) } };
	for (let i = 0; i < 20; i++)
		await node?.post("/v1/tasks", { ...large, id: `large-${i}` });
});

afterAll(async () => {
	await cluster[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

function samples(): Sample[] {
	const text = readFileSync(loopFile, "utf8");
	return text
		.split("\n")
		.filter((line) => line.endsWith("}"))
		.map((line) => JSON.parse(line));
}

const HOST = "Host: localhost\r\n";
const get = (path: string) => `GET ${path} HTTP/1.1\r\n${HOST}\r\n`;
const post = (body: string, type = "json") =>
	`POST /v1/tasks HTTP/1.1\r\n${HOST}Content-Type: application/${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const chunked = (path: string, rest: string) =>
	`POST ${path} HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${rest}`;
const line = '{"type":"nobody-serves-it","payload":"aaaaaaaaaaaaaaaaaaaa"}\n';

interface Flood {
	readonly what: string;
	readonly connections: number;
	readonly bytes: string;
	/** Whether answers are taken. */
	readonly reads: boolean;
}

const FLOODS: readonly Flood[] = [
	[1, get("/v1/tasks/held?wait=60s").repeat(60_000), "60,000 waits", true],
	[200, get("/v1/tasks/held?wait=60s").repeat(5_000), "waits", true],
	[500, "GET / HTTP/1.1\r\n\r\n".repeat(20_000), "refusals", false],
	[300, "GET / HTTP/1.1\r\n\r\n".repeat(20_000), "refusals, taken", true],
	[100, post(line).repeat(1_000), "submissions", true],
	[8, post(line.repeat(20_000), "x-ndjson").repeat(4), "NDJSON", false],
	[4, post(`[${Array(20_000).fill(line.trim())}]`).repeat(4), "arrays", false],
	[100, get("/v1/tasks?limit=500").repeat(100), "lists", false],
	[100, get("/status/all").repeat(100), "/status/all", false],
	[1_000, get("/v1/tasks/large-1").repeat(20), "large tasks", false],
	[1_000, get("/page.js").repeat(20), "the page", false],
	[2_000, get("/v1/nodes").repeat(100), "many connections", false],
	[1_000, get("/v1/cluster").repeat(100), "counts", true],
	[
		20,
		chunked("/v1/tasks", "1\r\n \r\n".repeat(300_000)),
		"tiny chunks",
		false,
	],
	[
		50,
		chunked(
			"/v1/tasks",
			`1\r\n1\r\n0\r\n${"X-A: aaaaaaaa\r\n".repeat(50_000)}`,
		),
		"trailers",
		false,
	],
	[50, "\r\n".repeat(1_000_000), "empty lines", false],
].map(([connections, bytes, what, reads]) => ({
	what: what as string,
	connections: connections as number,
	bytes: bytes as string,
	reads: reads as boolean,
}));

function open(node: string, { bytes, reads }: Flood, data: Buffer): Socket {
	const { hostname, port } = new URL(node);
	const socket = connect(Number(port), hostname);
	socket.on("error", () => {}); // It may be cut off.
	if (reads) socket.resume();
	else socket.pause();
	socket.write(bytes.length > 0 ? data : "");
	return socket;
}

test.each(FLOODS)("a flood of $what, $connections at once", async (flood) => {
	const [node] = cluster.nodes;
	if (node === undefined) throw new Error("there is no node");
	const epochOf = async () => (await node.peers())[0]?.epoch;
	const before = await epochOf();
	const held = `held-${flood.what.replaceAll(/\W/g, "-")}`;
	const payload = { durationMs: LASTS_MS + 2_000 };
	await node.post("/v1/tasks", { id: held, type: "process_task", payload });
	await pause(1_000);
	const rss = samples().at(-1)?.rss ?? 0;
	writeFileSync(loopFile, "");
	const data = Buffer.from(flood.bytes.replaceAll("/held?", `/${held}?`));
	const sockets = Array.from({ length: flood.connections }, () =>
		open(node.url, flood, data),
	);
	const endMs = performance.now() + LASTS_MS;
	let answered = 0;
	while (performance.now() < endMs) {
		expect((await node.get("/healthz")).status).toBe(200);
		answered += 1;
		await pause(100);
	}
	for (const socket of sockets) socket.destroy();
	const seen = samples();
	const figures = {
		delayMs: Math.max(...seen.map(({ delayMs }) => delayMs)),
		moreBytes: Math.max(...seen.map((sample) => sample.rss)) - rss,
	};
	console.log(`${flood.what}: ${JSON.stringify({ ...figures, answered })}`);
	const { body } = await node.get<TaskAsRead>(`/v1/tasks/${held}?wait=30s`);
	expect([body.state, body.attempt]).toEqual(["SUCCESS", 1]);
	expect(await epochOf()).toBe(before);
	expect(seen.length).toBeGreaterThan(0);
	expect(figures.delayMs).toBeLessThanOrEqual(DELAY_MS_MAX);
	expect(figures.moreBytes).toBeLessThanOrEqual(MEMORY_BYTES_MAX);
});
