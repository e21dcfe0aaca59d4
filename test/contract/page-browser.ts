/**
 * A real Chromium for the tests of the page, and the page of a node in it.
 * Time is real: a test waits for what it sees, or for answers.
 */

import type { NodeView } from "../../node/ports.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { findBrowser } from "../../scripts/setup/programs.mjs";
import { type Browser, chromium, type Page } from "../tools/playwright.ts";
import { type Server, type Site, startServer } from "./http-server.ts";

/** A name that is no loopback address, but leads to one in this browser. */
export const FAR_NAME = "hearsay.example";

/** Quiet, and without features that need a sandbox or a network. */
const FLAGS = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	`--host-resolver-rules=MAP ${FAR_NAME} 127.0.0.1`,
];

export async function startBrowser(): Promise<Browser> {
	const executablePath = findBrowser();
	if (executablePath === undefined) throw new Error("there is no Chromium");
	return chromium.launch({ executablePath, args: FLAGS });
}

/** A node whose page is live: it sends a frame of an empty cluster, and those that a test adds. */
export async function servePage(host?: string, site?: Site): Promise<Server> {
	const server = await startServer(host, site);
	server.live.frames = [firstFrame()];
	server.live.over = undefined;
	return server;
}

export function firstFrame(part: Partial<LiveFrame> = {}): LiveFrame {
	const nowMs = Date.now();
	return {
		...{ kind: "first", nowMs, asOf: new Date(nowMs).toISOString() },
		...{ from: "store", cluster: "hearsay", by: "node-a", byName: "node-a" },
		store: { up: true },
		figures: {
			...{ pending: 0, started: 0, slots: 8, endedInMinute: 0 },
			failing: { ended: 0, failed: 0, types: [] },
		},
		...{ nodes: [], deaths: [], events: [], queues: [], elsewhere: [] },
		...part,
	};
}

/** Resolves when the page shows what the node answered. */
export async function openPage(browser: Browser, url: string): Promise<Page> {
	const page = await browser.newPage();
	await page.goto(url);
	await page.getByText("Live", { exact: true }).waitFor();
	return page;
}

/** Resolves when the page of tasks has shown so many more answers. */
export async function refreshed(page: Page, times = 2): Promise<void> {
	for (let i = 0; i < times; i++) {
		// Each is shown before the next one is sent.
		await page.waitForRequest(/\/v1\/tasks\?/);
	}
}

export async function submit(
	server: Server,
	id: string,
	route = "default|process_task|",
): Promise<void> {
	await server.api.submit([
		{ id, route, priority: 5, options: PLAIN, payload: "null" },
	]);
}

/** A node that advertises this address. */
export function nodeAt(http: string, url?: string): NodeView {
	return {
		record: {
			...{
				nodeId: `node-of-${http}`,
				name: `node-${http.split(":").at(-1)}`,
				pid: 4711,
				host: "host-a",
				http,
				...(url && { url }),
			},
			...{ p2p: "", version: "1.2.3", startedMs: 0, slots: 8 },
			...{ types: ["t"], labels: ["gpu"], draining: false },
		},
		...{ epoch: 2, state: "up", running: 3, leaseLeftMs: 4_000 },
		...{ seenBy: [], digest: undefined },
	};
}
