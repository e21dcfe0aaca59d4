import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../cluster.ts";
import { startBrowser } from "../contract/page-browser.ts";
import type { Browser, Page } from "../tools/playwright.ts";

let cluster: Cluster;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
	// Alone and first: where it cannot be had, no cluster is left behind.
	browser = await startBrowser();
	cluster = await Cluster.start({ nodes: [[], [], []] });
	page = await browser.newPage();
	page.on("console", (message) => {
		if (["error", "warning"].includes(message.type())) {
			complaints.push(message.text());
		}
	});
	page.on("pageerror", (error) => complaints.push(String(error)));
	page.on("requestfailed", (request) => complaints.push(request.url()));
});
afterAll(async () => {
	await browser.close();
	await cluster[Symbol.asyncDispose]();
});

/** The number shown for a state. */
function count(state: string) {
	return page.locator(".counts div", {
		has: page.getByText(state, { exact: true }),
	});
}

const rows = () => page.locator("tbody tr");

test("the page of any node shows all nodes, and counts that follow the tasks by themselves", async () => {
	await page.goto(`${cluster.node(2).url}/#/nodes`);
	await page.getByText("Live", { exact: true }).waitFor();
	await rows().nth(2).waitFor();
	const texts = await rows().allTextContents();
	expect(texts).toHaveLength(3);
	const known = await cluster.node(1).peers();
	for (const node of cluster.nodes) {
		const { name } = known.find(({ id }) => id === node.id) ?? {};
		const address = node.url.slice("http://".length);
		const text = texts.find((text) => text.includes(address));
		expect(text).toMatch(/up/);
		expect(text).toContain(name);
	}
	await page.goto(`${cluster.node(2).url}/`);
	await count("SUCCESS").getByText("0", { exact: true }).waitFor();

	const long = { type: "process_task", payload: { durationMs: 60_000 } };
	const short = { type: "noop" };
	await cluster.node(1).post("/v1/tasks", [long, short, short, short]);
	await count("SUCCESS").getByText("3", { exact: true }).waitFor();
	await count("STARTED").getByText("1", { exact: true }).waitFor();
	await page.goto(`${cluster.node(2).url}/#/tasks`);
	await rows().nth(3).waitFor();
	expect(complaints).toEqual([]);
});

test("the manual of the bundled program is the one that was built with it", async () => {
	const { status, body } = await cluster.node(1).get("/docs/start");
	expect(status).toBe(200);
	expect(body).toContain("<h1>Start</h1>");
});

test("waiting work that no node can run says so", async () => {
	await cluster.node(1).post("/v1/tasks", { type: "of-no-node" });
	await page.goto(`${cluster.node(2).url}/#/`);
	const row = rows().filter({ hasText: "of-no-node" });
	await row.getByText("no node can run it", { exact: true }).waitFor();
	await row.getByText('no node has the type "of-no-node"').waitFor();
	expect(complaints).toEqual([]);
});

test("a node that is killed is shown so, and one that serves the page says when it is gone", async () => {
	await cluster.node(3).kill();
	const address = cluster.node(3).url.slice("http://".length);
	await page.goto(`${cluster.node(2).url}/#/nodes`);
	await rows()
		.filter({ hasText: address })
		.getByText("dead", { exact: true })
		.waitFor();
	await cluster.node(2).kill();
	await page.getByText("This node does not answer.").waitFor();
});
