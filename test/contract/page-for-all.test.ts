/**
 * Every page for everybody: in both themes, on narrow screens, for people who cannot see
 * it, and without colour.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Feeder, startFeeder } from "../page/feeder.ts";
import { MadeUpStream } from "../page/made-up-stream.ts";
import { SCENES } from "../page/scenes.ts";
import { axeSource } from "../tools/axe.ts";
import type { Browser, Page } from "../tools/playwright.ts";
import { nodeAt, startBrowser, submit } from "./page-browser.ts";

let browser: Browser;
let feeder: Feeder;
let page: Page;
beforeAll(async () => {
	browser = await startBrowser();
	const cluster = SCENES.death?.make(Date.now());
	if (cluster === undefined) throw new Error("there is no such scene");
	feeder = await startFeeder(() => new MadeUpStream(cluster).first());
	const { api } = feeder.server;
	api.nodeViews = [
		{ ...nodeAt("127.0.0.1:5000"), state: "dead" },
		nodeAt("127.0.0.1:5001"),
	];
	await submit(feeder.server, "task-a");
	await submit(feeder.server, "i".repeat(128));
	api.change("task-a", {
		state: "FAILURE",
		error: { code: "failed", message: "the disk is full" },
	});
	page = await browser.newPage();
}, 60_000);
afterAll(async () => {
	await browser?.close();
	await feeder?.[Symbol.asyncDispose]();
});

const PATHS = [
	...[
		"",
		"tasks",
		"tasks?state=FAILURE&type=process_task&task=task-a",
		"tasks/task-a",
	],
	...[
		"tasks?task=task-a",
		"queues",
		"nodes",
		"nodes?node=node-5000",
		"events",
		"submit",
	],
];

async function open(path: string): Promise<void> {
	await page.goto(`${feeder.url}/#/${path}`);
	await page.getByText("Live", { exact: true }).waitFor();
	const parts = page.locator("main :is(tbody tr, h1, h2)");
	await parts.filter({ visible: true }).last().waitFor();
}

/** The findings of axe, in short. */
const findings = () =>
	page.evaluate(async () => {
		const { axe } = globalThis as unknown as {
			axe: {
				run(): Promise<{
					violations: { id: string; nodes: { html: string }[] }[];
				}>;
			};
		};
		const { violations } = await axe.run();
		return violations.flatMap(({ id, nodes }) =>
			nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`),
		);
	});

test.each([
	[1280, "dark"],
	[1280, "light"],
	[400, "dark"],
	[400, "light"],
] as const)(
	"at %i px in the %s theme axe finds nothing that keeps anybody out",
	async (width, colorScheme) => {
		await page.emulateMedia({ colorScheme });
		await page.setViewportSize({ width, height: 800 });
		for (const path of PATHS) {
			await open(path);
			await page.evaluate(axeSource);
			expect(await findings(), path).toEqual([]);
		}
	},
	120_000,
);

test("at 400 px no page is wider than the screen, and the verdict and the figures are on the first one", async () => {
	await page.setViewportSize({ width: 400, height: 800 });
	for (const path of PATHS) {
		await open(path);
		const width = await page.evaluate("document.documentElement.scrollWidth");
		expect(width, path).toBe(400);
	}
	await open("");
	for (const part of [".verdict", ".figure-tile >> nth=4"]) {
		const box = await page.locator(part).boundingBox();
		expect(box && box.y + box.height, part).toBeLessThanOrEqual(800);
	}
}, 60_000);

test("what the lanes draw is also a table, for those who cannot see them", async () => {
	await open("");
	const table = page.getByRole("table", {
		name: "What each node ran in the last minute",
	});
	const rows = await table.getByRole("row").allTextContents();
	const [heads, ...nodes] = rows;
	expect(heads).toBe(
		"NodeStateSlots takenDoneFailedUnder wayCut offMoved here",
	);
	expect(nodes.map((text) => text.slice(0, 8))).toEqual([
		...["node-1up", "node-2up", "node-3de"],
	]);
	// All of the eight that were cut off there moved to the other two.
	expect(nodes[2]).toMatch(/80$/);
	const [one = 0, two = 0] = nodes.map((text) => Number(text.at(-1)));
	expect(one + two).toBe(8);
}, 60_000);

test("without colour, who is dead looks different from who is up", async () => {
	await page.setViewportSize({ width: 1280, height: 800 });
	await open("");
	const shots: string[] = [];
	for (const state of ["dead", "up"]) {
		const badge = page.locator(`.badge[data-tone=${state}]`).first();
		shots.push((await badge.screenshot()).toString("base64"));
	}
	const share = await page.evaluate(differingShare, shots);
	expect(share).toBeGreaterThanOrEqual(0.15);
}, 60_000);

/** How far the pixels of two pictures differ in shades of grey; those that only one has count, unless they are background. */
async function differingShare(shots: readonly string[]): Promise<number> {
	const greys = await Promise.all(
		shots.map(async (shot) => {
			const bytes = Uint8Array.from(atob(shot), (letter) =>
				letter.charCodeAt(0),
			);
			const image = await createImageBitmap(new Blob([bytes]));
			const { width, height } = image;
			const canvas = new OffscreenCanvas(width, height);
			const context = canvas.getContext("2d");
			context?.drawImage(image, 0, 0);
			const { data = [] } = context?.getImageData(0, 0, width, height) ?? {};
			const at = (x: number, y: number) => {
				const from =
					4 * (Math.min(y, height - 1) * width + Math.min(x, width - 1));
				const [r = 0, g = 0, b = 0] = [...data.slice(from, from + 3)];
				return 0.299 * r + 0.587 * g + 0.114 * b;
			};
			return { width, height, at };
		}),
	);
	const [one, other] = greys;
	if (one === undefined || other === undefined) return 0;
	const width = Math.min(one.width, other.width);
	const height = Math.min(one.height, other.height);
	let differing = 0;
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++)
			if (Math.abs(one.at(x, y) - other.at(x, y)) > 32) differing += 1;
	return differing / (width * height);
}
