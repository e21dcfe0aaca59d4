/** The page's promises that are measured: how soon it tells of a death, and what it costs however large a cluster is. */
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "../contract/page-browser.ts";
import { type Feeder, startFeeder } from "../page/feeder.ts";
import { fill, startHandover } from "../page/handover.ts";
import { MadeUpCluster } from "../page/made-up-cluster.ts";
import { MadeUpStream } from "../page/made-up-stream.ts";
import type { Browser, Page } from "../tools/playwright.ts";

let browser: Browser;
beforeAll(async () => {
	browser = await startBrowser();
});
afterAll(() => browser?.close());

test("within 2 s of kill -9 the verdict names the node and says that 8 tasks moved; so it does 60 s after its restart", async () => {
	await using cluster = await startHandover();
	const page = await browser.newPage();
	await page.goto(`${cluster.node(4).url}/`);
	await page.getByText("All well").waitFor();
	await fill(cluster);
	// What happened says that it died, too.
	const died = page.getByText(/^node-3 died .+ ago/);
	const moved = page.getByText(/8 tasks moved to node-[12] \(\d\)/);
	const startedMs = performance.now();
	cluster.node(3).signal("SIGKILL");
	await died.waitFor();
	await moved.waitFor();
	expect(performance.now() - startedMs).toBeLessThanOrEqual(2_000);
	await cluster.node(3).start();
	await cluster.node(3).ready();
	await pause(60_000);
	expect(await died.isVisible()).toBe(true);
	expect(await moved.isVisible()).toBe(true);
	await page.close();
});

const FILES = ["", "page.js", "page.css", "tokens.css", "icon.svg"];

/** Such as no test could start; it is told a frame each second, as long as it is there. */
async function startLarge(): Promise<Feeder> {
	const cluster = new MadeUpCluster(
		{
			...{ nodes: 500, slots: 8, taskMs: 4_000, load: 1, failing: 0.05 },
			...{ zones: 3, pending: 1_000_000, queuesMore: 990 },
		},
		Date.now(),
	);
	const stream = new MadeUpStream(cluster);
	const feeder = await startFeeder(() => stream.first());
	const timer = setInterval(() => {
		cluster.advance(1_000);
		feeder.send(stream.next());
	}, 1_000);
	const close = feeder[Symbol.asyncDispose];
	return {
		...feeder,
		async [Symbol.asyncDispose]() {
			clearInterval(timer);
			await close();
		},
	};
}

async function open(feeder: Feeder): Promise<Page> {
	const page = await browser.newPage();
	await page.setViewportSize({ width: 1280, height: 800 });
	await page.addInitScript(() => {
		const long: number[] = [];
		Object.assign(globalThis, { long });
		new PerformanceObserver((list) => {
			for (const { duration } of list.getEntries()) long.push(duration);
		}).observe({ type: "longtask", buffered: true });
	});
	await page.goto(`${feeder.url}/`);
	await page.locator(".tile").nth(499).waitFor();
	return page;
}

test("all of the page is 60 kB at most, compressed, and there within a second", async () => {
	await using feeder = await startLarge();
	const bytes = await Promise.all(
		FILES.map(async (name) => {
			const answer = await fetch(`${feeder.url}/${name}`);
			return gzipSync(Buffer.from(await answer.arrayBuffer())).length;
		}),
	);
	expect(bytes.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(60_000);
	const page = await open(feeder);
	const startedMs = performance.now();
	await page.reload();
	await page.locator(".tile").nth(499).waitFor();
	expect(performance.now() - startedMs).toBeLessThanOrEqual(1_000);
	await page.close();
});

test("with 500 nodes and 1,000 ends a second it stays small and quick, and holds still what somebody is in", async () => {
	await using feeder = await startLarge();
	const page = await open(feeder);
	const rows = await page.locator("tr, li, .lane, .tile").count();
	expect(rows).toBeLessThanOrEqual(800);
	const cdp = await page.context().newCDPSession(page);
	await cdp.send("Performance.enable");
	const busyS = async () => {
		const { metrics } = await cdp.send("Performance.getMetrics");
		return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
	};
	await page.locator(".tile").nth(250).focus();
	await page.locator(".happened h2").evaluate((title) => {
		getSelection()?.selectAllChildren(title);
	});
	await page.evaluate("long.length = 0");
	const sentBefore = feeder.sentBytes();
	const shares: number[] = [];
	for (let turn = 0; turn < 5; turn++) {
		const [startedMs, before] = [performance.now(), await busyS()];
		await pause(6_000);
		shares.push(
			((await busyS()) - before) / ((performance.now() - startedMs) / 1_000),
		);
	}
	const [median = 1] = shares.toSorted((a, b) => a - b).slice(2);
	expect(median, `of ${shares}`).toBeLessThanOrEqual(0.05);
	expect((feeder.sentBytes() - sentBefore) / 30).toBeLessThanOrEqual(30_000);
	expect(await page.evaluate("long")).toEqual([]);
	expect(await page.locator(":focus").getAttribute("data-n")).toBe(
		await page.locator(".tile").nth(250).getAttribute("data-n"),
	);
	expect(await page.evaluate("String(getSelection())")).toBe("What happened");
	await page.close();
});
