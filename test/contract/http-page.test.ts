/**
 * The page in a real browser, over a real server.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { StoreError } from "../../node/ports.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import type { Browser, Page } from "../tools/playwright.ts";
import { servePage, startBrowser } from "./page-browser.ts";

let browser: Browser;

beforeAll(async () => {
	browser = await startBrowser();
});
afterAll(() => browser?.close());

async function open(address: string, path = ""): Promise<Page> {
	const page = await browser.newPage();
	await page.goto(`http://${address}/${path}`);
	return page;
}

test("the page shows tasks as they come and end, whatever they are called", async () => {
	await using server = await servePage();
	const page = await open(server.address, "#/tasks");
	const complaints: string[] = [];
	page.on("pageerror", (error) => complaints.push(error.message));
	page.on("console", (message) => complaints.push(message.text()));
	await page.getByText("No task was submitted yet.").waitFor();
	const route = "default|process_task|";
	const id = "<img src=x onerror=alert(1)>";
	await server.api.submit([
		{ id, route, priority: 5, options: PLAIN, payload: "null" },
	]);
	await page.getByRole("row", { name: `PENDING ${id}` }).waitFor();
	server.api.end(id, "null");
	await page.getByRole("row", { name: `SUCCESS ${id}` }).waitFor();
	expect(complaints).toEqual([]);
	await page.close();
});

test("the page says what is wrong, and recovers by itself", async () => {
	const server = await servePage();
	const page = await open(server.address, "#/tasks");
	await page.getByText("Live", { exact: true }).waitFor();
	server.api.failure = new StoreError("unreachable", "away");
	await page
		.locator(".liveness", { hasText: "cannot use Redis now" })
		.waitFor();
	server.api.failure = undefined;
	await page.getByText("Live", { exact: true }).waitFor();
	await server.close();
	await page
		.locator(".liveness", { hasText: "This node does not answer." })
		.waitFor();
	const again = await server.startAgain();
	await page.getByText("Live", { exact: true }).waitFor();
	await page.close();
	await again.close();
});
