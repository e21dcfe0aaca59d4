/** The page of a cluster that asks for access tokens. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser, Page } from "../tools/playwright.ts";
import { as, closed, TOKENS } from "./http-closed.ts";
import type { Server } from "./http-server.ts";
import { firstFrame, nodeAt, startBrowser, submit } from "./page-browser.ts";

let browser: Browser;
let server: Server;
beforeAll(async () => {
	[browser, server] = await Promise.all([startBrowser(), closed()]);
	await submit(server, "secret-task");
	server.live.frames = [firstFrame()];
	server.live.over = undefined;
});
afterAll(async () => {
	await browser.close();
	await server.close();
});

const live = (page: Page) => page.getByText("Live", { exact: true });
const field = (page: Page) => page.getByLabel("Access token of this cluster");

async function open(page: Page): Promise<void> {
	await page.goto(`http://${server.address}/`);
}

async function signIn(page: Page, secret: string): Promise<void> {
	await field(page).fill(secret);
	await page.getByRole("button", { name: "Sign in" }).click();
}

test("the page asks for a token, shows nothing before, and forgets the token at sign-out", async () => {
	const page = await browser.newPage();
	await open(page);
	await field(page).waitFor();
	expect(await page.getByRole("link", { name: "Tasks" }).count()).toBe(0);
	expect(await page.getByText("Sign out").count()).toBe(0);
	await signIn(page, "something else");
	await page.getByText("This is no access token: it begins").waitFor();
	await signIn(page, `hs_read_${"x".repeat(32)}`);
	await page.getByText("This is no access token of this cluster").waitFor();
	await signIn(page, ` ${TOKENS.read}\n`);
	await live(page).waitFor();
	await page.goto(`http://${server.address}/#/tasks`);
	await page.getByRole("link", { name: "secret-task" }).waitFor();
	// The token belongs to the tab, and survives a visit to another page in it.
	await page.reload();
	await live(page).waitFor();
	const kept = () => page.evaluate("JSON.stringify({ ...localStorage })");
	expect(await kept()).toBe("{}");
	await page.getByText("Sign out").click();
	await field(page).waitFor();
	expect(await page.getByText("secret-task").count()).toBe(0);
	expect(await field(page).inputValue()).toBe("");
	// With the keyboard alone: the field has the focus.
	await page.keyboard.type(TOKENS.read);
	await page.keyboard.press("Enter");
	await page.getByRole("link", { name: "secret-task" }).waitFor();
	await page.getByRole("button", { name: "Sign out" }).press("Enter");
	await field(page).waitFor();
	await page.close();
}, 60_000);

test("a user who stays signed in is signed in in other tabs, too, until the token is revoked", async () => {
	const made = await server.post(
		"/v1/tokens",
		{ name: "wall", role: "read", payloads: true },
		as("operate"),
	);
	const context = await browser.newContext();
	const page = await context.newPage();
	await open(page);
	await page.getByLabel("Stay signed in").check();
	await signIn(page, made.json.token);
	await live(page).waitFor();
	const other = await context.newPage();
	await open(other);
	await live(other).waitFor();
	await server.send("DELETE", "/v1/tokens/wall", as("operate"));
	for (const each of [page, other]) {
		await field(each).waitFor();
		expect(await each.getByRole("link", { name: "Tasks" }).count()).toBe(0);
	}
	await signIn(other, TOKENS.read);
	await live(other).waitFor();
	await context.close();
}, 60_000);

test("when a token expires while the keys are shown, one can sign in at once, and a late answer to the old token signs nobody out", async () => {
	const page = await browser.newPage();
	// However long that takes here, no request is given up.
	await page.addInitScript(() => {
		AbortSignal.timeout = () => new AbortController().signal;
	});
	await page.goto(`http://${server.address}/#/tasks`);
	await signIn(page, TOKENS.read);
	const link = page.getByRole("link", { name: "secret-task" });
	await link.waitFor();
	await page.keyboard.press("?");
	await page.getByRole("heading", { name: "Keys" }).waitFor();
	const expired = {
		...{ status: 401, contentType: "application/problem+json" },
		body: JSON.stringify({ status: 401, detail: "It has expired." }),
	};
	const [asked, late] = [0, 1].map(() => Promise.withResolvers<void>());
	let [isFirst, hasExpired] = [true, false];
	await page.route("**/v1/tasks?*", async (route) => {
		if (!isFirst) return route.continue();
		isFirst = false;
		asked?.resolve();
		await late?.promise;
		await route.fulfill(expired);
	});
	await asked?.promise;
	await page.route("**/v1/cluster", (route) => {
		if (hasExpired) return route.continue();
		hasExpired = true;
		return route.fulfill(expired);
	});
	await page.getByText("It has expired.").waitFor();
	await page.locator("#token:focus").waitFor();
	await page.keyboard.type(TOKENS.submit);
	await page.keyboard.press("Enter");
	await link.waitFor();
	late?.resolve();
	await page.waitForResponse(/\/v1\/tasks\?/);
	await page.waitForResponse(/\/v1\/tasks\?/);
	expect(await field(page).count()).toBe(0);
	expect(await link.count()).toBe(1);
	await page.close();
}, 60_000);

test("a read token is offered nothing else; an operator drains nodes with the mouse and with the keyboard", async () => {
	server.api.nodeViews = [1, 2].map((n) => nodeAt(`127.0.0.1:${n}`));
	const page = await browser.newPage();
	await page.goto(`http://${server.address}/#/nodes`);
	await signIn(page, TOKENS.read);
	await page.getByRole("columnheader", { name: "Who sees it" }).waitFor();
	expect(await page.getByText("Drain").count()).toBe(0);
	const asked: string[] = [];
	server.api.drain = async (node) => {
		asked.push(node);
		return node;
	};
	await page.getByText("Sign out").click();
	await signIn(page, TOKENS.operate);
	await page.getByRole("columnheader", { name: "Drain" }).waitFor();
	// Each question is asked in its row, and dismissed again, without a mouse.
	const drain = (name: string) => page.getByRole("button", { name });
	await drain("Drain").first().press("Enter");
	await page.getByText("takes no new work and stops.").waitFor();
	await page.keyboard.press("Escape");
	await page
		.locator("button:focus")
		.getByText("Drain", { exact: true })
		.waitFor();
	await page.keyboard.press("Enter");
	await page.locator("button:focus").getByText("Drain node-").waitFor();
	await page.keyboard.press("Enter");
	await page.getByText("Asked", { exact: true }).waitFor();
	await drain("Drain").last().click();
	await drain("Drain node-").click();
	await page.getByText("Asked", { exact: true }).nth(1).waitFor();
	expect(asked).toHaveLength(2);
	await page.close();
}, 60_000);
