/**
 * The pictures of the manual, of a real cluster:
 *
 *   node test/page/answer-shots.ts [FOLDER]
 *
 * One for each question of `answers.ts`, and one of a death, into `dashboard/docs/shots/` unless
 * it is told another folder.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { bundleProgram } from "../../scripts/build/program.ts";
import { startBrowser } from "../contract/page-browser.ts";
import type { Page } from "../tools/playwright.ts";
import { answer, QUESTIONS, VIEW, wordIn } from "./answers.ts";
import { Shop } from "./shop.ts";

/** As long as a lane shows. */
const LANES_MS = 60_000;

async function main(): Promise<void> {
	const [folder = "dashboard/docs/shots"] = process.argv.slice(2);
	mkdirSync(folder, { recursive: true });
	await bundleProgram();
	const browser = await startBrowser();
	await using shop = await Shop.open();
	shop.beginWork();
	await pause(LANES_MS);
	const page = await browser.newPage({
		...{ colorScheme: "light", viewport: VIEW },
	});
	for (const question of QUESTIONS) {
		await answer(page, shop, question);
		await pause(question.ripeMs ?? 0);
		await page.screenshot({ path: join(folder, `${question.name}.png`) });
		console.log(question.name);
		if (question.name === "why-twice") await takeDeath(page, shop, folder);
	}
	await browser.close();
}

/** All that a death looks like, a moment after it: dark, as the README shows it. */
async function takeDeath(
	page: Page,
	shop: Shop,
	folder: string,
): Promise<void> {
	await page.emulateMedia({ colorScheme: "dark" });
	await page.goto(`${shop.front.url}/#/`);
	await wordIn(page, /8 tasks moved/).waitFor();
	await wordIn(page, /^no node has the label/).waitFor();
	await page.locator(".mark").first().hover();
	await page.locator(".curves text").waitFor();
	await page.screenshot({ path: join(folder, "death.png") });
	await page.emulateMedia({ colorScheme: "light" });
}

await main();
