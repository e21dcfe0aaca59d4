/** The manual, as a node serves it, and in a real browser. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { readChapters } from "../../scripts/build/manual-chapters.ts";
import type { Browser, Page } from "../tools/playwright.ts";
import type { Server } from "./http-server.ts";
import { openPage, servePage, startBrowser } from "./page-browser.ts";

const CHAPTERS = readChapters(process.cwd());
let browser: Browser;
let server: Server;
beforeAll(async () => {
	browser = await startBrowser();
	server = await servePage();
});
afterAll(async () => {
	await browser?.close();
	await server?.close();
});

const url = (path: string) => `http://${server.address}${path}`;

async function read(path: string, width = 1280): Promise<Page> {
	const page = await browser.newPage({ viewport: { width, height: 800 } });
	await page.goto(url(path));
	return page;
}

test("every chapter is served, under the page's strict policy, and so is all that it links to", async () => {
	const seen = new Set<string>();
	const open = ["/docs"];
	for (let path = open.pop(); path !== undefined; path = open.pop()) {
		if (seen.has(path)) continue;
		seen.add(path);
		const { status, headers, text } = await server.get(path);
		expect(status, path).toBe(200);
		if (!path.startsWith("/docs")) continue;
		if (path.endsWith(".png")) {
			expect(headers.get("content-type")).toBe("image/png");
			continue;
		}
		expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
		expect(headers.get("content-security-policy")).toMatch(
			/^default-src 'none'; script-src 'self'; style-src 'self';/,
		);
		const found = text.matchAll(/ (?:href|src)="([^"#:]+)["#]/g);
		const at = new URL(path, "http://node");
		open.push(...[...found].map(([, to = ""]) => new URL(to, at).pathname));
	}
	expect([...seen]).toEqual(
		expect.arrayContaining(CHAPTERS.map(({ name }) => `/docs/${name}`)),
	);
});

test("the answer to an unknown chapter leads to those that there are", async () => {
	const others = ["shots/nothing.png", "shots%2Fdeath.png"];
	for (const name of ["nothing", "__proto__", "..%2Fstart", ...others]) {
		const { status, json } = await server.get(`/docs/${name}`);
		expect(status).toBe(404);
		expect(json.detail).toContain("/docs lists ");
	}
});

test.each([1280, 400])(
	"at %i px its pictures are shown, no wider than the text",
	async (width) => {
		const page = await read("/docs/page", width);
		const pictures = page.locator("main img");
		expect(await pictures.count()).toBeGreaterThanOrEqual(2);
		for (const picture of await pictures.all()) {
			await picture.scrollIntoViewIfNeeded();
			await expect
				.poll(() =>
					picture.evaluate((it) => (it as HTMLImageElement).naturalWidth),
				)
				.toBe(1280);
		}
		expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(
			width,
		);
		await page.close();
	},
);

test("it has the colours that were chosen on the page, and changes when they do", async () => {
	const context = await browser.newContext({ colorScheme: "light" });
	const [page, manual] = [await context.newPage(), await context.newPage()];
	await page.goto(url("/"));
	const ground = () =>
		manual.evaluate(() => getComputedStyle(document.body).backgroundColor);
	await manual.goto(url("/docs/start"));
	const light = await ground();
	const next = page.getByRole("button", { name: /^Colours/ });
	// From the system's choice to light, and to dark.
	await next.click();
	await next.click();
	await expect.poll(ground).not.toBe(light);
	const dark = await ground();
	await manual.reload();
	await expect.poll(ground).toBe(dark);
	await next.click();
	await expect.poll(ground).toBe(light);
	await context.close();
});

test("the chapter on the API has every address that /openapi.json describes", async () => {
	const { paths } = (await server.get("/openapi.json")).json;
	const chapter = CHAPTERS.find(({ name }) => name === "api")?.text ?? "";
	const lacking = Object.keys(paths)
		.map((path) => path.replaceAll(/\{(\w+)\}/g, ":$1"))
		.filter((path) => !chapter.includes(`${path}\``));
	expect(lacking).toEqual([]);
});

test("the page leads to the manual, the manual to its chapters and back", async () => {
	const page = await openPage(browser, url("/"));
	const complaints: string[] = [];
	page.on("pageerror", (error) => complaints.push(error.message));
	page.on("console", (message) => complaints.push(message.text()));
	await page.getByRole("link", { name: "Manual", exact: true }).click();
	await page.getByRole("heading", { name: "Manual", level: 1 }).waitFor();
	await page.getByRole("main").getByRole("link", { name: "Tasks" }).click();
	await page.getByRole("heading", { name: "Tasks", level: 1 }).waitFor();
	await page.getByRole("link", { name: "Next Find" }).click();
	await page.getByRole("heading", { name: "Find", level: 1 }).waitFor();
	await page.getByRole("link", { name: "Dashboard" }).click();
	await page.getByText("Live", { exact: true }).waitFor();
	expect(complaints).toEqual([]);
	await page.close();
});

const shownTitles = (page: Page) =>
	page
		.locator(".contents li:visible > a")
		.evaluateAll((links) => links.map((link) => link.textContent));

test("titles are found in all chapters, with the keyboard alone", async () => {
	const page = await read("/docs/start");
	expect(await shownTitles(page)).toContain("Kill a node");
	expect(await shownTitles(page)).not.toContain("Same id, same task");
	await page.keyboard.press("/");
	await page.keyboard.type("SAME id");
	expect(await shownTitles(page)).toEqual(["Tasks", "Same id, same task"]);
	await page.keyboard.press("Enter");
	await page.waitForURL("**/docs/tasks#same-id-same-task");
	await page.keyboard.press("/");
	await page.keyboard.type("tasks same id");
	expect(await shownTitles(page)).toEqual(["Tasks", "Same id, same task"]);
	await page.keyboard.type(" <img>");
	await page.getByText("No title has these words.").waitFor();
	await page.keyboard.press("Escape");
	expect(await shownTitles(page)).toContain("Same id, same task");
	await page.close();
});

test("an example is copied as it stands", async () => {
	const context = await browser.newContext({
		permissions: ["clipboard-read", "clipboard-write"],
	});
	const page = await context.newPage();
	await page.goto(url("/docs/start"));
	await page.locator(".example").first().hover();
	await page.getByRole("button", { name: "Copy" }).first().click();
	await page.getByText("Copied", { exact: true }).waitFor();
	expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
		"npm start",
	);
	await context.close();
});

test("no chapter is scrolled sideways on a narrow screen, and its contents open there", async () => {
	const page = await read("/docs", 400);
	for (const { name } of CHAPTERS) {
		await page.goto(url(`/docs/${name}`));
		const beyond = await page.evaluate(
			() => document.documentElement.scrollWidth - innerWidth,
		);
		expect(beyond, name).toBeLessThanOrEqual(0);
	}
	await page.goto(url("/docs/start"));
	expect(await shownTitles(page)).toEqual([]);
	await page.getByText("Contents", { exact: true }).click();
	await page.getByRole("link", { name: "Kill a node" }).first().click();
	expect(await shownTitles(page)).toEqual([]);
	expect(page.url()).toMatch(/#kill-a-node$/);
	await page.close();
});
