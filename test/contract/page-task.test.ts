/** The page of one task: what it shows, exactly as it is, and what can be done there, also with the keyboard. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, Page } from "../tools/playwright.ts";
import { closed, TOKENS } from "./http-closed.ts";
import type { Server } from "./http-server.ts";
import { openPage, servePage, startBrowser } from "./page-browser.ts";
import { moved, NODES, submit } from "./page-scene.ts";

let browser: Browser;
let server: Server;
beforeAll(async () => {
	[browser, server] = await Promise.all([startBrowser(), servePage()]);
	server.api.nodeViews = NODES;
}, 60_000);
afterAll(async () => {
	await browser?.close();
	await server?.close();
});

const open = (id: string): Promise<Page> =>
	openPage(browser, `http://${server.address}/#/tasks/${id}`);

const BIG = "9007199254740993";
const RTL = "שלום עולם";

test("a task that moved has a lane for each node, the first attempt cut off, and says who saw the node die", async () => {
	await moved(server, "moved-task");
	const page = await open("moved-task");
	await page.getByRole("heading", { name: "Who saw node-5003" }).waitFor();
	const stretches = page.locator(".task-lanes [data-kind]");
	expect(
		await stretches.evaluateAll((all) =>
			all.map(({ dataset }) => [dataset.kind, Number(dataset.token)]),
		),
	).toEqual([
		["lost", 949],
		["failed", 1_585],
	]);
	const boxes = await Promise.all(
		[0, 1].map((at) => stretches.nth(at).boundingBox()),
	);
	// It is later and lower, in a lane of its own.
	expect(boxes[1]?.x).toBeGreaterThan(boxes[0]?.x ?? Infinity);
	expect(boxes[1]?.y).toBeGreaterThan(boxes[0]?.y ?? Infinity);
	const heads = page.locator(".task-lane b");
	expect(await heads.allTextContents()).toEqual([
		...["Queue", "node-5003", "node-5001"],
	]);
	const facts = await page.locator(".task-facts").textContent();
	expect(facts).toContain("Lost58 ms");
	expect(facts).toContain("Ran0.23 s");
	const why = "Its node was dead: the connection had closed,";
	await page.getByRole("row", { name: why }).waitFor();
	await page.getByText("Said by node-5002.").waitFor();
	const saw = page.locator(".who-saw");
	expect(await saw.locator("tbody tr").allTextContents()).toEqual([
		...["node-5001closedrefused0.60 s beforedead"],
		...["node-5002closedrefused0.60 s beforedead"],
		"Redis——0.60 s beforetaken by node-5002; 4.4 s of the lease were left",
	]);
	await page.close();
}, 60_000);

test("a task that has not waited for any time yet has a time axis all the same", async () => {
	await submit(server, "newborn");
	const { createdMs = 0 } = server.api.tasks.get("newborn") ?? {};
	// By the browser's clock it has not been submitted yet.
	server.api.change("newborn", { createdMs: createdMs + 10 ** 12 });
	const page = await open("newborn");
	await page.locator(".task-lane").getByText("Queue").waitFor();
	expect(await page.locator(".axis").textContent()).toMatch(/\d\d:\d\d:\d\d$/);
	await page.close();
}, 60_000);

test("texts are shown as they are: markup, right to left, numbers beyond 53 bits, a chain of errors", async () => {
	const payload = `{"n":${BIG},"t":"<img src=x onerror=document.title='hit'>","r":"${RTL}"}`;
	const id = "i".repeat(128);
	await submit(server, id, payload);
	const { error } = server.api.tasks.get("moved-task") ?? {};
	if (error) server.api.change(id, { state: "FAILURE", error, attempt: 1 });
	const page = await open(id);
	await page.getByText(`"n": ${BIG}`).waitFor();
	await page.getByText(RTL).waitFor();
	await page.getByText(`Caused by ECONNREFUSED`).waitFor();
	const message = page.locator(".error-chain .message").first();
	expect(await message.textContent()).toBe(error?.message);
	expect(await page.getByRole("heading", { name: id }).count()).toBe(1);
	expect(await page.locator("main img").count()).toBe(0);
	expect(await page.title()).not.toContain("hit");
	await page.close();
}, 60_000);

test("a quarter of a megabyte is cut to a readable length, shown whole on demand, and the page stays responsive", async () => {
	const each = JSON.stringify("x".repeat(96));
	const payload = `[${Array.from({ length: 2_600 }, () => each)}]`;
	await submit(server, "large", payload);
	const page = await open("large");
	await page.getByText("2,600").or(page.getByText("2,602")).waitFor();
	const texts = () => page.locator(".text-block pre").allTextContents();
	expect((await texts()).join("").length).toBeLessThan(8_000);
	await page.getByRole("button", { name: "Show all" }).press("Enter");
	await page.locator(".pieces").waitFor();
	expect(JSON.parse((await texts()).join(""))).toHaveLength(2_600);
	await page.keyboard.press("?");
	await page.getByRole("heading", { name: "Keys" }).waitFor();
	await page.close();
}, 60_000);

test("a waiting task says why it waits, and is cancelled with a reason, with the keyboard alone", async () => {
	await submit(server, "waits", "null", "video|transcode|gpu");
	server.api.lacksOf = (route) =>
		route.endsWith("gpu") ? 'the label "gpu"' : undefined;
	const page = await open("waits");
	await page.getByText('No live node has the label "gpu".').waitFor();
	await page.getByRole("button", { name: "Cancel" }).focus();
	await page.keyboard.press("Enter");
	await page.getByText("It ends at once, without having run.").waitFor();
	const focused = () =>
		page.evaluate(() => document.activeElement?.textContent);
	await expect.poll(focused).toBe("Cancel it");
	await page.keyboard.press("Shift+Tab");
	await page.keyboard.type("no gpus today");
	await page.keyboard.press("Tab");
	await page.keyboard.press("Enter");
	await page.getByText("no gpus today").waitFor();
	expect(server.api.cancels).toEqual([
		expect.objectContaining({ reason: "no gpus today", round: 1 }),
	]);
	// An ended task can be retried, and is then in another round.
	await page.getByRole("button", { name: "Retry" }).press("Enter");
	await page.getByRole("button", { name: "Retry it" }).press("Enter");
	await page.getByText("Round", { exact: true }).waitFor();
	expect(server.api.tasks.get("waits")?.round).toBe(2);
	await page.close();
}, 60_000);

test.each(["mouse", "keys"])(
	"a task is cancelled, retried and deleted with the %s, beside its list",
	async (by) => {
		const id = `acted-on-by-${by}`;
		await submit(server, id);
		const page = await openPage(
			browser,
			`http://${server.address}/#/tasks?task=${id}`,
		);
		const press = async (name: string) => {
			const button = page.getByRole("button", { name, exact: true });
			if (by === "mouse") return button.click();
			await button.focus();
			return page.keyboard.press("Enter");
		};
		const state = (name: string) =>
			page.locator(".task-title").getByText(name).waitFor();
		await press("Cancel");
		await press("Cancel it");
		await state("CANCELLED");
		await press("Retry");
		await page.getByText("It runs again, as another round;").waitFor();
		await page.keyboard.press("Escape");
		await press("Retry");
		await press("Retry it");
		await state("PENDING");
		await press("Cancel");
		await press("Cancel it");
		await state("CANCELLED");
		await press("Delete");
		await press("Delete it");
		await page.waitForURL("**/#/tasks");
		await page.locator(".task").waitFor({ state: "detached" });
		// Nor is it in the list any more, although the list was not asked for again.
		expect(await page.getByRole("link", { name: id }).count()).toBe(0);
		expect(server.api.tasks.has(id)).toBe(false);
		await page.close();
	},
	60_000,
);

test("a task is submitted again with changes, its numbers stay as they were, and the form says what is wrong and where", async () => {
	await submit(server, "first", `{"n":${BIG}}`);
	const before = server.api.tasks.size;
	const page = await open("first");
	await page.getByRole("link", { name: "Submit again" }).press("Enter");
	const payload = page.getByLabel("Payload, as JSON");
	await expect.poll(() => payload.inputValue()).toContain(BIG);
	await page.getByLabel("Queue", { exact: true }).fill("other");
	await payload.fill(`{"n":${BIG},\n "m":}`);
	await page.getByText("in line 2, column 6, a value should be here").waitFor();
	await page
		.getByRole("button", { name: "Submit", exact: true })
		.press("Enter");
	expect(await payload.evaluate((it) => it === document.activeElement)).toBe(
		true,
	);
	expect(server.api.tasks.size).toBe(before);
	// It is sent as it was typed: if the browser had parsed it, the number would have changed.
	await payload.fill(`{"n":${BIG},\n "m":1.5}`);
	const curl = await page.locator(".curl pre").textContent();
	expect(curl).toContain(`"payload":{"n":${BIG},\n "m":1.5}`);
	await payload.press("Control+Enter");
	await page.getByText("larger than 2^53 and would be changed").waitFor();
	await payload.fill(`{"n":"${BIG}",\n "m":1.5}`);
	await payload.press("Control+Enter");
	await page.getByText("Taken:").waitFor();
	const made = [...server.api.tasks.values()].at(-1);
	expect(made).toMatchObject({
		route: "other|flaky|",
		payload: `{"n":"${BIG}","m":1.5}`,
	});
	await page.getByRole("link", { name: made?.id ?? "none" }).press("Enter");
	await page.waitForURL(`**/#/tasks/${made?.id}`);
	await page.close();
}, 60_000);

test("what a role may not do is not offered, and a deleted task leads back to the list", async () => {
	await using guarded = await closed();
	await submit(guarded, "done");
	guarded.api.end("done", '"secret"');
	const url = `http://${guarded.address}/#/tasks/done`;
	const offers = async (role: keyof typeof TOKENS) => {
		const page = await browser.newPage();
		await page.goto(url);
		await page.getByLabel("Access token").fill(TOKENS[role]);
		await page.getByRole("button", { name: "Sign in" }).click();
		await page.getByRole("heading", { name: "done" }).waitFor();
		await page.locator(".task-facts").waitFor();
		const found = await page
			.locator(".tab, .actions :is(a, button)")
			.filter({ hasText: /^(Submit again …|Delete|Submit)$/ })
			.allTextContents();
		return { page, found: found.toSorted() };
	};
	const reader = await offers("read");
	expect(reader.found).toEqual([]);
	await reader.page.getByText("may not see its payload").waitFor();
	expect(await reader.page.getByText("secret").count()).toBe(0);
	await reader.page.close();
	const sender = await offers("submit");
	expect(sender.found).toEqual(["Submit", "Submit again …"]);
	await sender.page.close();
	const { page, found } = await offers("operate");
	expect(found).toEqual(["Delete", "Submit", "Submit again …"]);
	await page.getByRole("button", { name: "Delete" }).click();
	await page.getByRole("button", { name: "Delete it" }).click();
	await page.waitForURL("**/#/tasks");
	expect(guarded.api.tasks.size).toBe(0);
	await page.close();
}, 60_000);
