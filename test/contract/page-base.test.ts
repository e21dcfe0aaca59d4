/** The page and the manual below a path, and with other nodes, in a real browser. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, Page } from "../tools/playwright.ts";
import type { Server } from "./http-server.ts";
import {
	FAR_NAME,
	openPage,
	servePage,
	startBrowser,
	submit,
} from "./page-browser.ts";

let browser: Browser;
beforeAll(async () => {
	browser = await startBrowser();
}, 60_000);
afterAll(() => browser?.close());

test("behind a proxy's path the page and the manual lead to each other, and answers lead to tasks", async () => {
	const publicUrl = `https://${FAR_NAME}/tools/hearsay`;
	await using server = await servePage("127.0.0.1", { publicUrl });
	await submit(server, "task-a");
	const top = `http://${FAR_NAME}:${server.address.split(":")[1]}/tools/hearsay`;
	// Without a slash, as people type it.
	const page = await openPage(browser, top);
	expect(page.url()).toBe(`${top}/`);
	const complaints: string[] = [];
	page.on("pageerror", (error) => complaints.push(error.message));
	page.on("console", (message) => complaints.push(message.text()));
	page.on("response", (answer) => {
		const path = new URL(answer.url()).pathname;
		if (!path.startsWith("/tools/hearsay/") || answer.status() >= 400)
			complaints.push(`${answer.status()} ${path}`);
	});
	await page.getByRole("link", { name: "Manual", exact: true }).click();
	await page.waitForURL(`${top}/docs`);
	await page.getByRole("main").getByRole("link", { name: "Tasks" }).click();
	await page.waitForURL(`${top}/docs/tasks`);
	await page.getByRole("link", { name: "Next Find" }).click();
	await page.waitForURL(`${top}/docs/find`);
	await page.goto(`${top}/docs/find/?from=a`);
	expect(page.url()).toBe(`${top}/docs/find?from=a`);
	await page.getByRole("link", { name: "Dashboard" }).click();
	await page.getByText("Live", { exact: true }).waitFor();
	expect(page.url()).toBe(`${top}/`);
	const location = await page.evaluate(async () => {
		const answer = await fetch("v1/tasks", {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: '{"id":"task-b","type":"t"}',
		});
		return answer.headers.get("location");
	});
	expect(location).toBe("/tools/hearsay/v1/tasks/task-b");
	await page
		.getByRole("navigation")
		.getByRole("link", { name: "Tasks" })
		.click();
	await page.getByRole("link", { name: "task-b" }).click();
	await page.waitForURL(`${top}/#/tasks?task=task-b`);
	await page.getByText("It waits for a free slot").waitFor();
	expect(complaints).toEqual([]);
	await page.close();
	const { json } = await server.get("/openapi.json");
	expect(json.servers[0].url).toBe(publicUrl);
}, 60_000);

test("a page goes on with another node if it knows one and has a token", async () => {
	await using one = await servePage();
	await using two = await servePage();
	const urlOf = ({ address }: Server) => `http://${address}`;
	const submitTo = (page: Page, url: string, headers: object) =>
		page.evaluate(
			async ([url, headers]) => {
				const answer = await fetch(`${url}/v1/tasks`, {
					method: "POST",
					headers: { "content-type": "application/json", ...headers },
					body: '{"type":"t"}',
				}).catch(({ message }) => ({ status: message }));
				return answer.status;
			},
			[url, headers] as const,
		);
	const token = { authorization: "Bearer hs_submit_x" };
	const early = await openPage(browser, `${urlOf(one)}/`);
	for (const { api } of [one, two]) api.origins = () => [one, two].map(urlOf);
	const page = await openPage(browser, `${urlOf(one)}/`);
	expect(await submitTo(page, urlOf(two), token)).toBe(202);
	expect(await submitTo(page, urlOf(two), {})).toBe("Failed to fetch");
	expect(two.api.tasks.size).toBe(1);
	// When this one was loaded, no other node was known.
	expect(await submitTo(early, urlOf(two), token)).toBe("Failed to fetch");
	await page.close();
	await early.close();
}, 60_000);
