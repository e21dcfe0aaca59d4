/** The lists of the page: tasks with their filters, queues, events; with mouse and keyboard, wide and narrow. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Told } from "../../node/ports.ts";
import { formatEventId } from "../../protocol/event-id.ts";
import { formatSession } from "../../protocol/lease.ts";
import type { Browser, Page } from "../tools/playwright.ts";
import type { Server } from "./http-server.ts";
import { openPage, servePage, startBrowser } from "./page-browser.ts";
import { BEGAN_MS, ERROR, failed, moved, NODES, submit } from "./page-scene.ts";

let browser: Browser;
let server: Server;
beforeAll(async () => {
	[browser, server] = await Promise.all([startBrowser(), servePage()]);
	const { api, overview } = server;
	api.nodeViews = NODES;
	for (let i = 0; i < 60; i++) await failed(server, `task-${i}`);
	await failed(server, "odd-one", "the disk is full");
	overview.groups = [
		{
			...{ type: "flaky", code: "failed", firstLine: "upstream answered 503" },
			...{ count: 60, newestId: "task-59", newestMs: BEGAN_MS },
		},
		{
			...{ type: "flaky", code: "failed", firstLine: "the disk is full" },
			...{ count: 1, newestId: "odd-one", newestMs: BEGAN_MS },
		},
	];
}, 60_000);
afterAll(async () => {
	await browser?.close();
	await server?.close();
});

const open = (path: string): Promise<Page> =>
	openPage(browser, `http://${server.address}/${path}`);
const link = (page: Page, name: string) =>
	page.getByRole("link", { name, exact: true });
const focused = (page: Page) =>
	page.evaluate(() => document.activeElement?.textContent);

test("a click on a failure shows its error; Back restores filter, scroll position and row", async () => {
	const page = await open("#/tasks?state=FAILURE&type=flaky");
	await page.setViewportSize({ width: 1280, height: 600 });
	await link(page, "task-20").scrollIntoViewIfNeeded();
	const scrolled = await page.evaluate(() => scrollY);
	expect(scrolled).toBeGreaterThan(0);
	await link(page, "task-20").click();
	await page.waitForURL("**/#/tasks?state=FAILURE&type=flaky&task=task-20");
	const [line = ""] = ERROR.message.split("\n");
	await page.locator(".task").getByText(line).first().waitFor();
	await page.goBack();
	await page.locator(".task").waitFor({ state: "detached" });
	expect(await page.evaluate(() => scrollY)).toBe(scrolled);
	expect(page.url()).toMatch(/#\/tasks\?state=FAILURE&type=flaky$/);
	expect(await focused(page)).toBe("task-20");
	// The same if there is no room for both, and the task is a page of its own.
	await page.setViewportSize({ width: 400, height: 600 });
	await link(page, "task-20").scrollIntoViewIfNeeded();
	const narrow = await page.evaluate(() => scrollY);
	await link(page, "task-20").click();
	await page.locator(".task .task-facts").waitFor();
	expect(await link(page, "task-20").isVisible()).toBe(false);
	await link(page, "Open as a page").click();
	await page.waitForURL("**/#/tasks/task-20");
	await page.goBack();
	await page.getByRole("button", { name: "Close" }).click();
	await link(page, "task-20").waitFor();
	await expect.poll(() => page.evaluate(() => scrollY)).toBe(narrow);
	expect(await focused(page)).toBe("task-20");
	await page.close();
}, 60_000);

test("no failure is without its reason, and the counts of the reasons add up to all failures", async () => {
	const page = await open("#/tasks?state=FAILURE");
	await link(page, "task-59").waitFor();
	const reasons = page.locator(".task-table td.reason");
	for (const text of await reasons.allTextContents()) expect(text).not.toBe("");
	const counts = await page
		.locator(".failures tbody td:first-child")
		.allTextContents();
	const sum = counts.map(Number).reduce((a, b) => a + b, 0);
	expect(sum).toBe(61);
	await page.getByText("61 failures, each with its reason.").waitFor();
	// A reason leads to the tasks that failed for it.
	await page.getByRole("link", { name: "the disk is full" }).click();
	await page.waitForURL(/type=flaky&q=the\+disk\+is\+full/);
	await link(page, "odd-one").waitFor();
	await link(page, "task-59").waitFor({ state: "detached" });
	// It says what is not counted.
	server.overview.groups.pop();
	await page.getByText("60 of 61 failures; 1 is not counted here").waitFor();
	await page.close();
}, 60_000);

test("the keyboard alone sets a filter, opens a row, leads back to it, and searches for an id", async () => {
	const page = await open("#/tasks");
	await page.getByLabel("Filter", { exact: true }).focus();
	// No shortcut fires while one types: `gq` would open another page, `/` the search.
	await page.keyboard.type("state:failure gq/ attempt:>0");
	await page.keyboard.press("Enter");
	await page.waitForURL(/#\/tasks\?/);
	expect(decodeURIComponent(page.url())).toMatch(
		/#\/tasks\?state=FAILURE&attemptMin=1&q=gq\/$/,
	);
	await page.keyboard.press("Control+a");
	await page.keyboard.type("type:flaky attempt:2");
	await page.keyboard.press("Enter");
	await page.getByText("write attempt:>1").waitFor();
	await page.keyboard.press("Control+a");
	await page.keyboard.type("type:flaky");
	await page.keyboard.press("Enter");
	await page.waitForURL("**/#/tasks?type=flaky");
	await link(page, "odd-one").waitFor();
	await page.keyboard.press("Escape");
	for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
	expect(await focused(page)).toBe("task-59");
	const outline = await page.evaluate(
		() => getComputedStyle(document.activeElement as Element).outlineStyle,
	);
	expect(outline).toBe("solid");
	await page.keyboard.press("Enter");
	const title = page.locator(".task-title:focus");
	await title.getByText("task-59").waitFor();
	// Then the next one stands beside the list, and the list holds still.
	await failed(server, "newcomer");
	await page.getByText("1 newer task ↑").waitFor();
	await page.keyboard.press("j");
	await page.waitForURL("**/#/tasks?type=flaky&task=task-58");
	await title.getByText("task-58").waitFor();
	expect(await page.locator("tr[aria-current] th").textContent()).toBe(
		"task-58",
	);
	await page.keyboard.press("Escape");
	await page.waitForURL("**/#/tasks?type=flaky");
	await page.locator(".task").waitFor({ state: "detached" });
	await expect.poll(() => focused(page)).toBe("task-58");
	await page.keyboard.press("/");
	await page.keyboard.type("task-3");
	await page.keyboard.press("Enter");
	await page.waitForURL("**/#/tasks/task-3");
	await page.keyboard.press("g");
	await page.keyboard.press("q");
	await page.waitForURL("**/#/queues");
	await page.close();
}, 60_000);

test("older tasks are on the next page, and tasks that moved have a chip", async () => {
	await moved(server, "moved-one");
	const page = await open("#/tasks");
	await link(page, "moved-one").waitFor();
	await page.getByRole("link", { name: "Older →" }).click();
	await link(page, "task-0").waitFor();
	expect(await link(page, "moved-one").count()).toBe(0);
	await link(page, "Newest").click();
	await page.getByRole("link", { name: "moved", exact: true }).click();
	await page.waitForURL("**/#/tasks?moved=true");
	await link(page, "odd-one").waitFor({ state: "detached" });
	const [row] = await page.locator(".task-table tbody tr").allTextContents();
	expect(row).toContain("moved-one");
	const dots = page.getByLabel("2 attempts: lost, failed");
	expect(await dots.count()).toBe(1);
	await page.close();
}, 60_000);

test("an action on many tasks counts them first, and goes on until it is through", async () => {
	const asked: object[] = [];
	server.api.bulk = async (wish) => {
		asked.push(wish);
		const isFirst = wish.cursor === undefined;
		const done = wish.isDry ? 0 : 30;
		return {
			...{ matched: 30, changed: done, skipped: 0 },
			...(isFirst && { cursor: "more" }),
		};
	};
	const page = await open("#/tasks?state=FAILURE&type=flaky");
	await page.getByRole("button", { name: "Retry all …" }).press("Enter");
	await page.getByText("60 tasks would be retried.").waitFor();
	expect(asked).toHaveLength(2);
	await page.keyboard.press("Escape");
	await page.getByRole("button", { name: "Retry all …" }).press("Enter");
	await page.getByRole("button", { name: "Retry all: 60" }).press("Enter");
	await page.getByText("60 tasks retried.").waitFor();
	expect(asked).toHaveLength(6);
	expect(asked).toMatchObject(
		[true, true, true, true, false, false].map((isDry) => ({
			isDry,
			query: { state: "FAILURE", type: "flaky" },
		})),
	);
	await page.getByRole("button", { name: "Delete all …" }).click();
	await page.getByText("60 tasks would be deleted.").waitFor();
	await page.getByRole("button", { name: "Delete all: 60" }).click();
	await page.getByText("60 tasks deleted.").waitFor();
	// Failed tasks cannot be cancelled, so that is not offered.
	expect(await page.getByRole("button", { name: "Cancel all" }).count()).toBe(
		0,
	);
	await page.close();
}, 60_000);

test("among 200 queues the one that no node serves comes first, and says what is missing", async () => {
	const depth = (route: string, waitMs: number) => ({
		...{ route, count: 3, oldestId: "task-1" },
		...{ oldestMs: BEGAN_MS - waitMs, started: 0, scheduled: 0 },
	});
	server.overview.depths = [
		...Array.from({ length: 199 }, (_, i) =>
			depth(`queue-${i}|resize|`, 60_000 + i),
		),
		depth("video|transcode|gpu", 1_000),
	];
	server.api.lacksOf = (route) =>
		route.endsWith("gpu") ? 'the label "gpu"' : undefined;
	const page = await open("#/queues");
	await page.setViewportSize({ width: 1280, height: 800 });
	const first = page.locator("tbody tr").first();
	await first.getByText('no node has the label "gpu"').waitFor();
	const box = await first.boundingBox();
	expect(box && box.y + box.height).toBeLessThan(800);
	const height = await page.evaluate(() => document.body.scrollHeight);
	expect(height).toBeLessThanOrEqual(2_400);
	await page.getByRole("link", { name: "The next 50 queues" }).click();
	await page.getByRole("link", { name: "queue-100", exact: true }).waitFor();
	await page.close();
}, 60_000);

test("events appear as they happen, wait while the list is paused, and are only those that are asked for", async () => {
	const place = { generation: 7, bytes: 1_000, ms: BEGAN_MS, read: 0 };
	const id = formatEventId([place]);
	const started = (task: string): Told => ({
		...{ id, shard: 0, atMs: BEGAN_MS },
		event: {
			about: {
				...{ kind: "task.started", route: "images|resize|", attempt: 2 },
				...{
					session: formatSession(NODES[0]?.record.nodeId ?? "", 3),
					state: "STARTED",
				},
			},
			...{ id: task, token: 9 },
		},
	});
	const page = await open("#/events?kind=task.started");
	await expect.poll(() => server.events.open).toBe(1);
	expect(server.events.wishes.at(-1)?.query.kinds).toEqual(["task.started"]);
	server.events.tell({ id, told: [started("one")] });
	await page.getByRole("row", { name: "task.started one" }).waitFor();
	await page.keyboard.press("p");
	await page.getByText("Paused: p goes on").waitFor();
	await expect.poll(() => server.events.open).toBe(0);
	server.events.tell({ id, told: [started("two")] });
	await page.keyboard.press("p");
	await page.getByRole("row", { name: "task.started two" }).waitFor();
	expect(server.events.wishes.at(-1)?.after).toBeDefined();
	await page.getByRole("link", { name: "two" }).waitFor();
	expect(await page.locator("tbody tr").count()).toBe(2);
	await page.close();
}, 60_000);

test("at 400 × 800 no page scrolls sideways, however long its names are", async () => {
	const long = "x".repeat(64);
	await submit(server, "i".repeat(128), '"y"', `${long}|${long}|`);
	const page = await open("#/");
	await page.setViewportSize({ width: 400, height: 800 });
	for (const path of [
		...["tasks", "tasks?state=FAILURE", `tasks?type=${long}&queue=${long}`],
		...[`tasks/${"i".repeat(128)}`, "tasks/moved-one", "queues", "events"],
		...["submit", `submit?from=${"i".repeat(128)}`],
	]) {
		await page.goto(`http://${server.address}/#/${path}`);
		await page.locator("h1").waitFor();
		await page.locator("td, .task-facts, form").first().waitFor();
		const wider = await page.evaluate(
			() => document.documentElement.scrollWidth - innerWidth,
		);
		expect([path, wider]).toEqual([path, 0]);
	}
	await page.close();
}, 60_000);
