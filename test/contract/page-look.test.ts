/** What the page shows of tasks and nodes, where it leads, and how it says that its figures are old. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { StoreError } from "../../node/ports.ts";
import type { Browser, Page } from "../tools/playwright.ts";
import {
	FAR_NAME,
	firstFrame,
	nodeAt,
	openPage,
	servePage,
	startBrowser,
	submit,
} from "./page-browser.ts";

function waiting(queue: string, type: string, count: number, waitMs: number) {
	const since = new Date(Date.now() - waitMs).toISOString();
	return {
		...{ queue, type, labels: [] as string[] },
		counts: { PENDING: count, STARTED: 0, SCHEDULED: 0 },
		oldest: { id: "oldest", since, waitMs },
		servedBy: { nodes: 2, names: ["node-1", "node-2"] },
	};
}

let browser: Browser;
beforeAll(async () => {
	browser = await startBrowser();
}, 60_000);
afterAll(() => browser?.close());

test("a task's id leads to everything that is known about it", async () => {
	await using server = await servePage();
	await submit(server, "task-a");
	server.api.change("task-a", {
		state: "FAILURE",
		error: { code: "failed", message: "the disk is full" },
	});
	const page = await openPage(browser, `http://${server.address}/#/tasks`);
	await page.getByRole("link", { name: "task-a" }).click();
	await page.locator(".task").getByText("the disk is full").waitFor();
	await page.close();
}, 60_000);

test("a figure leads to the newest tasks of its state, by an address that names the state", async () => {
	await using server = await servePage();
	await submit(server, "task-a", "reports|process_task|");
	await submit(server, "task-b");
	server.api.end("task-b", "null");
	const url = `http://${server.address}/`;
	const page = await openPage(browser, url);
	const names = page.locator("tbody th");
	await page.getByRole("link", { name: "Done a minute" }).click();
	await page.getByRole("row", { name: "SUCCESS task-b" }).waitFor();
	expect(await names.allTextContents()).toEqual(["task-b"]);
	expect(page.url()).toBe(`${url}#/tasks?state=SUCCESS`);
	const chosen = page.locator(".chip[aria-current]");
	expect(await chosen.textContent()).toMatch(/^SUCCESS/);

	await page.reload();
	await page.getByRole("row", { name: "SUCCESS task-b" }).waitFor();
	await page.getByRole("link", { name: "FAILURE" }).click();
	await page.getByText("No task is like this.").waitFor();
	await page.getByRole("link", { name: "All" }).click();
	await page
		.getByRole("row", { name: "PENDING task-a process_task reports" })
		.waitFor();
	expect(await names.allTextContents()).toEqual(["task-b", "task-a"]);
	await page.goBack();
	await page.getByText("No task is like this.").waitFor();
	await page.close();
}, 60_000);

test("an old address of a state still shows its tasks, and one of an unknown state shows all", async () => {
	await using server = await servePage();
	await submit(server, "task-a");
	const page = await openPage(
		browser,
		`http://${server.address}/#state=SUCCESS`,
	);
	await page.getByText("No task is like this.").waitFor();
	await page.goto(`http://${server.address}/#/tasks?state=LOST`);
	await page.getByRole("row", { name: "PENDING task-a" }).waitFor();
	await page.close();
}, 60_000);

test("long names hide neither states nor counts, and can be read in full", async () => {
	await using server = await servePage();
	const id = "i".repeat(128);
	const [queue, type] = ["q".repeat(64), "t".repeat(64)];
	const labels = Array.from("abcdefgh", (letter) => letter.repeat(32));
	await submit(server, id, `${queue}|${type}|${labels}`);
	const name = "n".repeat(64);
	const { record, ...node } = nodeAt("127.0.0.1:5000");
	server.api.nodeViews = [{ ...node, record: { ...record, name } }];
	const waits = { ...waiting(queue, type, 1, 0), labels };
	server.live.frames = [firstFrame({ queues: [waits] })];
	const page = await openPage(browser, `http://${server.address}/`);
	for (const [path, ...names] of [
		["#/nodes", name],
		["#/tasks", id, queue, type],
		["#/", `${queue} · ${type} (${labels.join(", ")})`],
	]) {
		await page.setViewportSize({ width: 1280, height: 800 });
		await page.goto(`http://${server.address}/${path}`);
		for (const name of names) await page.getByTitle(name).first().waitFor();
		const wider = () =>
			page
				.locator(".scroll")
				.evaluate((table) => table.scrollWidth - table.clientWidth);
		expect(await wider()).toBe(0);

		await page.setViewportSize({ width: 390, height: 844 });
		for (const at of [0, 1]) {
			const box = await page.locator("tbody > tr > *").nth(at).boundingBox();
			expect(box && box.x + box.width).toBeLessThan(390);
		}
	}
	await page.close();
}, 60_000);

test("waiting work is shown worst first, with what no node serves and how long it has waited", async () => {
	await using server = await servePage();
	const queues = [
		{
			...waiting("images", "resize", 1_234, 180_000),
			...{ labels: ["gpu"], unserved: true as const },
			missing: 'the label "gpu"',
		},
		waiting("queue-19", "resize", 1, 19_000),
	];
	server.live.frames = [firstFrame({ queues, queuesMore: 11 })];
	const page = await openPage(browser, `http://${server.address}/`);
	const rows = page.locator("tbody tr");
	await rows.first().waitFor();
	const [worst, other] = await rows.allTextContents();
	expect(worst).toMatch(
		/images · resize \(gpu\)1,2343 min( 1 s)?no node has the label "gpu"$/,
	);
	expect(other).toMatch(/queue-19 · resize1(19|20) snode-1, node-2$/);
	await page.getByText("11 more queues with waiting work").waitFor();
	await page
		.getByText("images · resize waits for nobody", { exact: true })
		.waitFor();
	const nowMs = Date.now();
	server.live.tell({ kind: "next", nowMs, queues: [], queuesMore: 0 });
	await page.getByText("Nothing waits.").waitFor();
	await page.getByText("All well").waitFor();
	expect(await page.getByText("more queues").count()).toBe(0);
	await page.close();
}, 60_000);

test("a figure has a column if any node reports it, and otherwise none", async () => {
	await using server = await servePage();
	const node = nodeAt("127.0.0.1:5000");
	server.api.nodeViews = [node];
	const { nodeId: id, name } = node.record;
	const first = { n: 0, id, name, state: "up" as const, slots: 8 };
	server.live.frames = [firstFrame({ nodes: [first] })];
	const page = await openPage(browser, `http://${server.address}/#/nodes`);
	const table = page.getByRole("region", { name: "Table of nodes" });
	const row = table.getByRole("row", { name });
	await row.waitFor();
	const heads = table.locator("thead th");
	const names = [
		...["Node", "State", "Lease", "Running", "Load", "Version", "Up for"],
		...["Who sees it", "Drain"],
	];
	expect(await heads.allTextContents()).toEqual(names);
	const nowMs = Date.now();
	const told = { n: 0, memoryBytes: 96 * 2 ** 20, zone: "eu-1a" };
	server.live.tell({ kind: "next", nowMs, nodes: [told] });
	await row.getByText("96 MiB").waitFor();
	await row.getByText("eu-1a").waitFor();
	expect(await heads.allTextContents()).toEqual(
		names.toSpliced(5, 0, "Memory", "Zone"),
	);
	await page.close();
}, 60_000);

test("a wide table is scrolled with the keyboard", async () => {
	await using server = await servePage();
	server.api.nodeViews = [nodeAt("127.0.0.1:5000")];
	const page = await openPage(browser, `http://${server.address}/#/nodes`);
	await page.setViewportSize({ width: 320, height: 600 });
	const table = page.getByRole("region", { name: "Table of nodes" });
	await table.focus();
	await page.keyboard.press("ArrowRight");
	await expect
		.poll(() => table.evaluate((it) => it.scrollLeft))
		.toBeGreaterThan(0);
	await page.close();
}, 60_000);

test("old figures say as of when they are, in words that do not change with each retry, and stay as legible as ever", async () => {
	await using server = await servePage();
	await submit(server, "task-a");
	const page = await openPage(browser, `http://${server.address}/#/tasks`);
	const age = page.getByText(/ as of \d\d:\d\d:\d\d,/);
	expect(await age.count()).toBe(0);
	server.api.failure = new StoreError("unreachable", "away");
	await age.waitFor();
	expect(await page.locator(".liveness").textContent()).toBe(
		"This node cannot use Redis now, for the reason that /readyz gives. Trying again …",
	);
	const main = page.locator("main");
	expect(await main.evaluate((it) => getComputedStyle(it).opacity)).toBe("1");
	const said = await age.textContent();
	await page.waitForResponse(/\/v1\/tasks/);
	expect(await age.textContent()).toBe(said);
	server.api.failure = undefined;
	await age.waitFor({ state: "detached" });
	await page.close();
}, 60_000);

test("a page whose node dies leads to others at once, although its own first answer never came", async () => {
	const server = await servePage();
	server.live.frames = [firstFrame({ elsewhere: ["http://127.0.0.1:1"] })];
	const page = await openPage(browser, `http://${server.address}/#/`);
	// The first request of this page fails before the stream is known to have ended.
	await page.route("**/v1/nodes", (route) => route.abort());
	await page.goto(`http://${server.address}/#/nodes`);
	await page.getByText("This node does not answer.").waitFor();
	await server.close();
	const other = page.getByRole("link", { name: "127.0.0.1:1", exact: true });
	await other.waitFor();
	expect(await other.getAttribute("href")).toBe("http://127.0.0.1:1/#/nodes");
	await page.close();
}, 60_000);

test("there is a link to a node's own page if its address means the same to the viewer", async () => {
	await using server = await servePage("0.0.0.0");
	const port = server.address.split(":")[1];
	server.api.nodeViews = [
		"0.0.0.0:5000",
		"127.0.0.1:5001",
		"[::1]:5002",
		"10.0.0.5:5003",
	].map((http) => nodeAt(http));
	server.api.nodeViews.push(
		nodeAt("10.0.0.6:5004", "https://10.0.0.6:5004/one"),
	);
	const hrefOf = async (page: Page, name: string) => {
		await page.goto(`${page.url().split("#")[0]}#/nodes?node=${name}`);
		const panel = page.locator(".panel");
		await panel.getByRole("heading", { name }).waitFor();
		const http = panel.locator("dl div").filter({ hasText: /^HTTP/ });
		const link = http.locator("a");
		return (await link.count()) === 0 ? null : link.getAttribute("href");
	};
	const names = server.api.nodeViews.map(({ record }) => record.name);
	const hrefs = async (page: Page) => {
		const found: (string | null)[] = [];
		for (const name of names) found.push(await hrefOf(page, name));
		return found;
	};
	const near = await openPage(browser, `http://localhost:${port}/#/nodes`);
	expect(await hrefs(near)).toEqual([
		"http://localhost:5000/",
		"http://127.0.0.1:5001/",
		"http://[::1]:5002/",
		"http://10.0.0.5:5003/",
		"https://10.0.0.6:5004/one/",
	]);
	const far = await openPage(browser, `http://${FAR_NAME}:${port}/#/nodes`);
	expect(await hrefs(far)).toEqual([
		...[null, null, null],
		...["http://10.0.0.5:5003/", "https://10.0.0.6:5004/one/"],
	]);
	await near.close();
	await far.close();
}, 60_000);
