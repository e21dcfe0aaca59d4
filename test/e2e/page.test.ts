import { afterAll, beforeAll, expect, test } from "vitest";
import type { QueueAsRead } from "../../protocol/schema/overview.ts";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { Cluster } from "../cluster.ts";
import { startBrowser } from "../contract/page-browser.ts";
import type { Browser, Page } from "../tools/playwright.ts";

let cluster: Cluster;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
	// First, and by itself: if it cannot be had, no cluster is left behind.
	browser = await startBrowser();
	cluster = await Cluster.start({ nodes: [[], [], []] });
	page = await browser.newPage();
	page.on("console", (message) => {
		if (["error", "warning"].includes(message.type())) {
			complaints.push(message.text());
		}
	});
	page.on("pageerror", (error) => complaints.push(String(error)));
	page.on("requestfailed", (request) => {
		// A stream ends when the page is left.
		if (request.failure()?.errorText !== "net::ERR_ABORTED")
			complaints.push(request.url());
	});
});
afterAll(async () => {
	await browser.close();
	await cluster[Symbol.asyncDispose]();
});

/** The number in a figure. */
const says = (name: string) =>
	page.getByRole("link", { name }).locator("strong");

const rows = () => page.locator(".scroll tbody tr");

test("the page of any node shows all nodes, and figures that follow the tasks by themselves", async () => {
	await page.goto(`${cluster.node(2).url}/#/nodes`);
	await page.getByText("Live", { exact: true }).waitFor();
	await rows().nth(2).waitFor();
	const texts = await rows().allTextContents();
	const known = await cluster.node(1).peers();
	expect(texts).toHaveLength(known.length);
	for (const { name } of known) {
		const text = texts.find((text) => text.startsWith(name));
		expect(text).toMatch(/up.*\d MiB/);
	}
	await page.goto(`${cluster.node(2).url}/`);
	await says("Done a minute").getByText("0", { exact: true }).waitFor();

	const long = { type: "process_task", payload: { durationMs: 60_000 } };
	const short = { type: "noop" };
	await cluster.node(1).post("/v1/tasks", [long, short, short, short]);
	await says("Done a minute").getByText("3", { exact: true }).waitFor();
	await says("Running").getByText("1", { exact: true }).waitFor();
	await page.locator("[data-kind=done]").nth(2).waitFor();
	await page.locator("[data-kind=runs]").waitFor();
	await page.goto(`${cluster.node(2).url}/#/tasks`);
	await rows().nth(3).waitFor();
	expect(complaints).toEqual([]);
});

test("tasks, a task, queues and events show what the API says", async () => {
	const front = cluster.node(2);
	const open = async (path: string) => {
		await page.goto(`${front.url}/#/${path}`);
		await page.getByText("Live", { exact: true }).waitFor();
	};
	await front.post("/v1/tasks", {
		...{ id: "waits", type: "noop", queue: "later", labels: ["gpu"] },
		priority: 7,
	});
	const { body } = await front.get<{ tasks: TaskAsRead[] }>("/v1/tasks");
	await open("tasks");
	await rows()
		.nth(body.tasks.length - 1)
		.waitFor();
	const told = body.tasks.map(({ state, id, type }) => `${state}${id}${type}`);
	const texts = await rows().allTextContents();
	expect(texts.map((text, at) => text.slice(0, told[at]?.length))).toEqual(
		told,
	);

	await open("tasks/waits");
	await page.getByRole("heading", { name: "PENDING noop waits" }).waitFor();
	const { queue, priority, labels } = await front.task("waits");
	const facts = await page.locator(".task-facts").textContent();
	expect(facts).toMatch(`Queue${queue}Priority${priority}`);
	expect(facts).toContain(`Needs labels${labels}`);

	const { body: list } = await front.get<{ queues: QueueAsRead[] }>(
		"/v1/queues",
	);
	await open("queues");
	await rows()
		.nth(list.queues.length - 1)
		.waitFor();
	const first = list.queues[0];
	expect(await rows().first().textContent()).toMatch(
		`unserved${first?.queue}${first?.type}${first?.labels}${first?.counts.PENDING}`,
	);

	const reads = page.waitForResponse(/\/v1\/events/);
	await open("events");
	await reads;
	await front.post("/v1/tasks/waits/cancel", { reason: "smoke" });
	const ended = rows().filter({ hasText: "task.ended" });
	await ended.getByText("waits", { exact: true }).waitFor();
	expect((await front.task("waits")).state).toBe("CANCELLED");
	expect(complaints).toEqual([]);
});

test("the bundled program serves the manual that was built with it", async () => {
	const { status, body } = await cluster.node(1).get("/docs/start");
	expect(status).toBe(200);
	expect(body).toContain("<h1>Start</h1>");
});

test("waiting work that no node can run says so, in a row and in the verdict", async () => {
	await cluster.node(1).post("/v1/tasks", { type: "of-no-node" });
	await page.goto(`${cluster.node(2).url}/#/`);
	const row = rows().filter({ hasText: "of-no-node" });
	await row.getByText('no node has the type "of-no-node"').waitFor();
	await page.getByText("default · of-no-node waits for nobody").waitFor();
	expect(complaints).toEqual([]);
});
