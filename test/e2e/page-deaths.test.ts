/** The page of a real cluster whose nodes die, freeze, and lose Redis: one sees work change hands. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Cluster } from "../cluster.ts";
import { startBrowser } from "../contract/page-browser.ts";
import { fill, SLOTS, startHandover } from "../page/handover.ts";
import type { Browser, Page } from "../tools/playwright.ts";

let cluster: Cluster;
let browser: Browser;
let page: Page;

beforeAll(async () => {
	browser = await startBrowser();
	cluster = await startHandover();
	page = await browser.newPage();
	await page.goto(`${cluster.node(4).url}/`);
	await page.getByText("All well").waitFor();
});
afterAll(async () => {
	await browser?.close();
	await cluster?.[Symbol.asyncDispose]();
});

const verdict = () => page.locator(".verdict");
const lane = (name: string) =>
	page.locator(".lane").filter({ has: page.getByText(name, { exact: true }) });

test("a node is killed: the verdict names it and where its tasks went; its lane closes, and each task has two bars", async () => {
	await fill(cluster);
	await lane("node-3").locator("[data-kind=runs]").nth(7).waitFor();
	await cluster.node(3).kill();
	await verdict()
		.getByText(/^node-3 died/)
		.waitFor();
	await verdict()
		.getByText(/8 tasks moved to node-[12] \(\d\)/)
		.waitFor();
	expect(await verdict().textContent()).toMatch(
		/slowest [\d.]+ m?s · none lost/,
	);
	expect(await page.title()).toMatch(/^node-3 died — Cluster/);
	await lane("node-3").getByText("dead", { exact: true }).waitFor();
	await lane("node-3").locator(".death").waitFor();
	await page.getByRole("row", { name: /^node-3 dead .* 8 0$/ }).waitFor();

	for (let at = 0; at < SLOTS; at++) {
		const id = `moves-${at}`;
		const cut = page.locator(`path[data-task="${id}"][data-kind=cut]`);
		const next = page.locator(`.moved path[data-task="${id}"]`);
		await next.waitFor();
		expect([await cut.count(), await next.count()]).toEqual([1, 1]);
		const [first, second] = (await cluster.node(1).task(id)).attempts;
		const tookMs =
			Date.parse(second?.claimedAt ?? "") - Date.parse(first?.endedAt ?? "");
		await page.locator(`.moved:has(path[data-task="${id}"])`).focus();
		const label = page.locator(".curves text");
		await label.waitFor();
		const toldMs = Number.parseFloat((await label.textContent()) ?? "") * 1_000;
		expect(Math.abs(toldMs - tookMs)).toBeLessThanOrEqual(10);
	}
	await page.locator(":focus").blur();
});

test("the node is back: the verdict stays until it is dismissed", async () => {
	await cluster.node(3).start();
	await cluster.node(3).ready();
	await verdict().getByText("it is back").waitFor();
	expect(await verdict().textContent()).toMatch(/8 tasks moved/);
	await page.reload();
	await verdict()
		.getByText(/8 tasks moved .* it is back/)
		.waitFor();
	await verdict().getByRole("button", { name: "Dismiss" }).click();
	await verdict().getByText("All well").waitFor();
});

test("a node freezes: its lease is seen to drain before it is called dead", async () => {
	await lane("node-2").evaluate((place) => {
		const looks: [number, string][] = [];
		Object.assign(globalThis, { looks });
		const look = () => {
			const bar = place.querySelector(".lease rect:not(.whole)");
			const state = place.querySelector(".badge")?.textContent ?? "";
			looks.push([Number(bar?.getAttribute("width") ?? 0), state]);
		};
		new MutationObserver(look).observe(place, {
			...{ subtree: true, childList: true },
			...{ attributes: true, characterData: true },
		});
	});
	cluster.node(2).signal("SIGSTOP");
	await lane("node-2").getByText("dead", { exact: true }).waitFor();
	cluster.node(2).signal("SIGCONT");
	const looks = await page.evaluate(
		() => (globalThis as unknown as { looks: [number, string][] }).looks,
	);
	const before = looks.slice(
		0,
		looks.findIndex(([, state]) => state === "dead"),
	);
	const widths = before.map(([width]) => width);
	const full = Math.max(...widths);
	const drained = [...new Set(widths.slice(widths.lastIndexOf(full)))];
	expect(drained.toSorted((a, b) => b - a)).toEqual(drained);
	expect(drained.length).toBeGreaterThanOrEqual(4);
	await cluster.whole();
});

test("Redis stands still: the verdict says so and since when, nodes are shown by gossip, and all goes on without a reload", async () => {
	await page.evaluate("globalThis.isTheSame = true");
	process.kill(cluster.redis.pid, "SIGSTOP");
	await verdict()
		.getByText(/^Redis is away since \d\d:\d\d:\d\d$/)
		.waitFor();
	expect(await verdict().textContent()).toContain("submissions are refused");
	await page.getByRole("link", { name: "Nodes", exact: true }).click();
	await page.getByText("as heard from each other: Redis is away").waitFor();
	expect(await page.locator(".scroll tbody tr").count()).toBe(4);
	process.kill(cluster.redis.pid, "SIGCONT");
	await page.getByRole("heading", { name: /^4 nodes$/ }).waitFor();
	await page.getByRole("link", { name: "Cluster", exact: true }).click();
	await page.locator(".lane .badge[data-tone=up]").nth(3).waitFor();
	expect(await page.evaluate("globalThis.isTheSame")).toBe(true);
	await cluster.whole();
});

test("the serving node freezes: the page does not say that all is well, but since when nothing is known, and where to look", async () => {
	await page.goto(`${cluster.node(4).url}/#/`);
	await page.getByText("Live", { exact: true }).waitFor();
	const unknown = verdict().getByText("How things are now is not known");
	expect(await unknown.count()).toBe(0);
	cluster.node(4).signal("SIGSTOP");
	const frozenMs = performance.now();
	await unknown.waitFor();
	// Frames come each second: three seconds without one, and what the clock adds.
	expect(performance.now() - frozenMs).toBeLessThanOrEqual(5_000);
	expect(await page.getByText("Live", { exact: true }).count()).toBe(0);
	expect(await verdict().getAttribute("data-tone")).toBe("suspect");
	expect(await page.title()).toMatch(/^How things are now is not known — /);
	await page.locator(".age a").first().waitFor();
	cluster.node(4).signal("SIGCONT");
	await unknown.waitFor({ state: "detached" });
	await page.getByText("Live", { exact: true }).waitFor();
	await cluster.whole();
});

test("the serving node is killed: the page leads to the others, with its page and filter", async () => {
	const other = await browser.newPage();
	await other.goto(`${cluster.node(4).url}/#/tasks?state=STARTED`);
	await other.getByText("Live", { exact: true }).waitFor();
	await page.goto(`${cluster.node(4).url}/#/`);
	await page.getByText("Live", { exact: true }).waitFor();
	await cluster.node(4).kill();
	await verdict().getByText("this node does not answer").waitFor();
	const url = cluster.node(1).url;
	const links = other.locator(".age a");
	await links.first().waitFor();
	const hrefs = await links.evaluateAll((all) =>
		all.map((link) => link.getAttribute("href")),
	);
	expect(hrefs).toContain(`${url}/#/tasks?state=STARTED`);
	await links.nth(hrefs.indexOf(`${url}/#/tasks?state=STARTED`)).click();
	await other.getByText("Live", { exact: true }).waitFor();
	expect(other.url()).toBe(`${url}/#/tasks?state=STARTED`);
});
