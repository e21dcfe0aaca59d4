/**
 * Pictures of the page, to be looked at after every change:
 *
 *   node test/page/shots.ts FOLDER [NAME]...
 *
 * Each scene of a made-up cluster, 1280 and 400 px wide, dark and light. Names: calm, death,
 * busy, empty, away, absurd, heat, tiles, old; all of them if none is given.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startBrowser } from "../contract/page-browser.ts";
import type { Page } from "../tools/playwright.ts";
import { startFeeder } from "./feeder.ts";
import { MadeUpStream } from "./made-up-stream.ts";
import { SCENES, type Scene } from "./scenes.ts";

const WIDTHS = [
	{ width: 1280, height: 800 },
	{ width: 400, height: 800 },
];

async function main(): Promise<void> {
	const [folder = "dist/shots", ...names] = process.argv.slice(2);
	mkdirSync(folder, { recursive: true });
	const browser = await startBrowser();
	for (const [name, scene] of Object.entries(SCENES)) {
		if (names.length > 0 && !names.includes(name)) continue;
		const cluster = scene.make(Date.now());
		await using feeder = await startFeeder(() =>
			new MadeUpStream(cluster).first(),
		);
		for (const colorScheme of ["dark", "light"] as const) {
			const context = await browser.newContext({ colorScheme });
			const page = await context.newPage();
			for (const size of WIDTHS) {
				await page.setViewportSize(size);
				await page.goto(`${feeder.url}/${scene.path ?? ""}`);
				await page.getByText("Live", { exact: true }).waitFor();
				await pose(page, scene);
				await page.screenshot({
					path: join(folder, `${name}-${size.width}-${colorScheme}.png`),
					fullPage: size.width === 400,
				});
				await page.goto("about:blank");
			}
			await context.close();
		}
		console.log(name);
	}
	await browser.close();
}

/** What somebody points at. */
async function pose(page: Page, { point }: Scene): Promise<void> {
	await page.locator(".figure-tile, tbody tr").first().waitFor();
	if (point !== undefined) await page.locator(point).first().hover();
	await page.evaluate(() => new Promise(requestAnimationFrame));
}

await main();
