/** Ten questions of a newcomer to the page: each is answered by looking at it, on a real cluster. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "../contract/page-browser.ts";
import { answer, QUESTIONS, VIEW, wordIn } from "../page/answers.ts";
import { Shop } from "../page/shop.ts";
import type { Browser, Page } from "../tools/playwright.ts";

let shop: Shop;
let browser: Browser;
let page: Page;

beforeAll(async () => {
	browser = await startBrowser();
	shop = await Shop.open();
	page = await browser.newPage({ viewport: VIEW });
});
afterAll(async () => {
	await browser?.close();
	await shop?.[Symbol.asyncDispose]();
});

test.each(QUESTIONS.map((each) => [each.question, each] as const))(
	"a newcomer asks: %s, and sees the answer without scrolling",
	async (_, question) => {
		await answer(page, shop, question);
		for (const word of question.words) {
			const box = await wordIn(page, word).boundingBox();
			expect(box && box.y + box.height).toBeLessThanOrEqual(VIEW.height);
			expect(box && box.x + box.width).toBeLessThanOrEqual(VIEW.width);
		}
		expect(await page.getByText("Invalid").count()).toBe(0);
	},
);
