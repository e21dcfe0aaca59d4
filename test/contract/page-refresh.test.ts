/** What a user does on the page survives the answers that come meanwhile. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, Page, Request } from "../tools/playwright.ts";
import {
	nodeAt,
	openPage,
	refreshed,
	servePage,
	startBrowser,
	submit,
} from "./page-browser.ts";

let browser: Browser;
beforeAll(async () => {
	browser = await startBrowser();
}, 60_000);
afterAll(() => browser?.close());

const focused = (page: Page) =>
	page.evaluate(() => document.activeElement?.textContent);
const selected = (page: Page) => page.evaluate(() => String(getSelection()));

test("rows hold still while somebody is in them, keep focus and selection, and still show what changes", async () => {
	await using server = await servePage();
	await submit(server, "task-a");
	const page = await openPage(browser, `http://${server.address}/#/tasks`);
	const link = page.getByRole("link", { name: "task-a" });
	await link.focus();
	await link.evaluate((element) => getSelection()?.selectAllChildren(element));
	await submit(server, "task-b");
	server.api.end("task-a", "null");
	await page.getByRole("row", { name: "SUCCESS task-a" }).waitFor();
	const more = page.getByRole("button", { name: "1 newer task ↑" });
	await more.waitFor();
	expect(await focused(page)).toBe("task-a");
	expect(await selected(page)).toBe("task-a");
	const names = page.locator("tbody th");
	expect(await names.allTextContents()).toEqual(["task-a"]);
	await more.click();
	expect(await names.allTextContents()).toEqual(["task-b", "task-a"]);
	expect(await more.count()).toBe(0);
	await page.close();
}, 60_000);

test("if nothing differs, the document is not touched", async () => {
	await using server = await servePage();
	server.api.nodeViews = [{ ...nodeAt("127.0.0.1:1"), state: "dead" }];
	await submit(server, "task-a");
	// A waiting task would show for how long it has waited.
	server.api.end("task-a", "null");
	const page = await openPage(browser, `http://${server.address}/#/tasks`);
	await page.evaluate(() => {
		const observer = new MutationObserver((found) => {
			for (const { type, target } of found) {
				document.title += ` ${type} of ${target.nodeName} in ${target.parentElement?.outerHTML}`;
			}
		});
		const all = { subtree: true, childList: true, attributes: true };
		observer.observe(document.body, { ...all, characterData: true });
	});
	await refreshed(page, 3);
	expect(await page.title()).toBe("Tasks · hearsay · Hearsay");
	await page.close();
}, 60_000);

test("a click leads to where it began, even if answers come before the button is released", async () => {
	await using server = await servePage();
	await submit(server, "task-a");
	const page = await openPage(browser, `http://${server.address}/#/tasks`);
	await page.getByRole("link", { name: "task-a" }).hover();
	await page.mouse.down();
	await submit(server, "task-b");
	await refreshed(page);
	await page.mouse.up();
	await page.waitForURL("**/#/tasks?task=task-a");
	await page.close();
}, 60_000);

test("a task that is no longer among the newest stays while somebody is in its row", async () => {
	await using server = await servePage();
	await submit(server, "task-a");
	const page = await openPage(browser, `http://${server.address}/#/tasks`);
	const link = page.getByRole("link", { name: "task-a" });
	await link.focus();
	for (let i = 0; i < 60; i++) await submit(server, `later-${i}`);
	await page.getByText("50 newer tasks ↑").waitFor();
	expect(await focused(page)).toBe("task-a");
	await page.getByRole("link", { name: "Manual" }).focus();
	await page.getByRole("link", { name: "later-59" }).waitFor();
	await link.waitFor({ state: "detached" });
	await page.close();
}, 60_000);

const setHidden = (page: Page, hidden: boolean) =>
	page.evaluate((value) => {
		Object.defineProperty(document, "hidden", { configurable: true, value });
		document.dispatchEvent(new Event("visibilitychange"));
	}, hidden);

test.each([
	["", "live"],
	["tasks", "tasks?"],
	["tasks?state=FAILURE", "failures"],
	["tasks?task=task-a", "tasks/task-a"],
	["queues", "queues"],
	["nodes", "nodes"],
	["nodes?node=node-1", "nodes/node-of-127.0.0.1:1/deaths"],
	["events", "events"],
	["submit", "live"],
])(
	"a hidden page asks nothing, reads no stream, and asks at once when it is visible again: %s",
	async (path, asks) => {
		await using server = await servePage();
		server.api.nodeViews = [nodeAt("127.0.0.1:1")];
		await submit(server, "task-a");
		const page = await browser.newPage();
		await page.clock.install();
		const open = new Set<Request>();
		let asked = 0;
		page.on("request", (request) => {
			asked += 1;
			open.add(request);
		});
		for (const end of ["requestfinished", "requestfailed"] as const)
			page.on(end as "requestfinished", (request) => open.delete(request));
		const ofPage = (request: Request) =>
			decodeURIComponent(request.url()).includes(`/v1/${asks}`);
		const first = page.waitForRequest(ofPage);
		await page.goto(`http://${server.address}/#/${path}`);
		await page.getByText("Live", { exact: true }).waitFor();
		await first;
		await setHidden(page, true);
		await expect.poll(() => open.size).toBe(0);
		asked = 0;
		// Longer than between any two questions.
		await page.clock.runFor(60_000);
		expect(asked).toBe(0);
		// No timer fires any more: what is asked now is asked at once.
		await page.clock.pauseAt(Date.now() + 3_600_000);
		expect(asked).toBe(0);
		const next = page.waitForRequest(ofPage);
		await setHidden(page, false);
		await next;
		await page.close();
	},
	60_000,
);

test("what has changed meanwhile is shown as soon as the page is visible again", async () => {
	await using server = await servePage();
	const page = await openPage(browser, `http://${server.address}/#/tasks`);
	await setHidden(page, true);
	await submit(server, "task-a");
	await setHidden(page, false);
	await page.getByRole("row", { name: "PENDING task-a" }).waitFor();
	await page.close();
}, 60_000);
