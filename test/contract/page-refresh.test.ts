/** What a person does on the page outlives the answers that come meanwhile. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, Page } from "../tools/playwright.ts";
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

test("rows hold still while somebody is in them, keep focus and selection, and change themselves", async () => {
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

test("if nothing differs nothing is written", async () => {
	await using server = await servePage();
	server.api.nodeViews = [{ ...nodeAt("127.0.0.1:1"), state: "dead" }];
	await submit(server, "task-a");
	// What waits shows for how long.
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

test("a click leads where it began, though answers come before the button is up", async () => {
	await using server = await servePage();
	await submit(server, "task-a");
	const page = await openPage(browser, `http://${server.address}/#/tasks`);
	await page.getByRole("link", { name: "task-a" }).hover();
	await page.mouse.down();
	await submit(server, "task-b");
	await refreshed(page);
	await page.mouse.up();
	await page.waitForURL("**/#/tasks/task-a");
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

test("a page that nobody can see asks nothing, and asks at once when it is seen again", async () => {
	await using server = await servePage();
	const page = await openPage(browser, `http://${server.address}/#/tasks`);
	const setHidden = (hidden: boolean) =>
		page.evaluate((value) => {
			Object.defineProperty(document, "hidden", {
				configurable: true,
				value,
			});
			document.dispatchEvent(new Event("visibilitychange"));
		}, hidden);
	await setHidden(true);
	let asked = 0;
	page.on("request", () => asked++);
	// Longer than between two questions: of none there is nothing to wait for.
	await page.evaluate(() => new Promise((end) => setTimeout(end, 2_500)));
	expect(asked).toBe(0);
	await submit(server, "task-a");
	const request = page.waitForRequest(/\/v1\/tasks\?/, { timeout: 900 });
	await setHidden(false);
	await request;
	await page.getByRole("row", { name: "PENDING task-a" }).waitFor();
	await page.close();
}, 60_000);
