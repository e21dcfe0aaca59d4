/**
 * What somebody asks who sees the page for the first time, and where it answers: the words that
 * are to be seen there without scrolling, on a real cluster that is in such a state.
 *
 * They come one after the other, as each leaves the cluster as the next one finds it.
 */
import type { Page } from "../tools/playwright.ts";
import type { Shop } from "./shop.ts";

export interface Question {
	readonly question: string;
	/** Of its picture. */
	readonly name: string;
	/** Brings the cluster into the state, and tells which address of the page answers. */
	readonly make: (shop: Shop) => Promise<string>;
	/** Before a picture is taken: until there is more to be seen. */
	readonly ripeMs?: number;
	/** What is done there before one looks. */
	readonly pose?: (page: Page) => Promise<void>;
	/** Each as it stands in one place of the page. */
	readonly words: readonly (string | RegExp)[];
}

/** What is to be seen without scrolling. */
export const VIEW = { width: 1280, height: 640 };

export const QUESTIONS: readonly Question[] = [
	{
		question: "Is all well?",
		name: "all-well",
		make: async () => "#/",
		words: ["All well", /3 nodes up/],
	},
	{
		question: "What runs where?",
		name: "what-runs-where",
		make: async (shop) => {
			await shop.submit(
				...["north", "south", "east"].map((name) => ({
					...{ id: `report-${name}`, type: "export_orders" },
					payload: { seconds: 4 },
				})),
			);
			await shop.becomes("report-north", "STARTED");
			return "#/tasks?state=STARTED";
		},
		words: ["report-north", /^node-[123]$/],
	},
	{
		question: "Why does this wait?",
		name: "why-it-waits",
		make: async (shop) => {
			const video = { id: "film-7", type: "resize", queue: "video" };
			await shop.submit({ ...video, labels: ["gpu"] });
			return "#/tasks/film-7";
		},
		words: [
			'No live node has the label "gpu". Start one that has, or cancel it.',
		],
	},
	{
		question: "What failed most today, and why?",
		name: "what-failed",
		pose: (page) => page.getByRole("button", { name: "Last 24 hours" }).click(),
		make: async (shop) => {
			const many = (type: string, name: string, count: number) =>
				Array.from({ length: count }, (_, at) => ({
					...{ id: `${name}-${at + 1}`, type },
				}));
			await shop.submit(
				...many("send_email", "mail", 9),
				...many("charge_card", "charge", 4),
			);
			await Promise.all(
				["mail-9", "charge-4"].map((id) => shop.becomes(id, "FAILURE")),
			);
			return "#/tasks?state=FAILURE";
		},
		words: [
			"Why they failed",
			"421 too many connections from 10.0.0.7",
			"13 failures, each with its reason.",
		],
	},
	{
		question: "Where did this task run, and why twice?",
		name: "why-twice",
		ripeMs: 4_000,
		make: async (shop) => {
			const [id = ""] = await shop.killBusy();
			await shop.becomesTwice(id);
			return `#/tasks/${id}`;
		},
		words: [/lost after/, "Its node was dead", /^Who saw node-3 at/],
	},
	{
		question: "What did that node do when it died?",
		name: "what-died",
		make: async () => "#/nodes?node=node-3",
		words: [
			/It ran 8 tasks then/,
			/^8 tasks moved to node-[12] \(\d\), node-[12] \(\d\) · slowest .* · none lost\./,
		],
	},
	{
		question: "Which node is ill?",
		name: "which-is-ill",
		make: async (shop) => {
			await shop.cluster.revive();
			shop.cluster.node(2).signal("SIGSTOP");
			return "#/nodes";
		},
		words: [/^dead$/],
	},
	{
		question: "Who cancelled this?",
		name: "who-cancelled",
		make: async (shop) => {
			shop.cluster.node(2).signal("SIGCONT");
			await shop.cluster.whole();
			await shop.submit({
				...{ id: "invoice-2041", type: "render_invoice" },
				payload: { seconds: 300 },
			});
			await shop.becomes("invoice-2041", "STARTED");
			const reason = "It is of the wrong customer";
			await shop.ask("/v1/tasks/invoice-2041/cancel", { reason });
			await shop.becomes("invoice-2041", "CANCELLED");
			return "#/tasks/invoice-2041";
		},
		words: ["anna", "It is of the wrong customer"],
	},
	{
		question: "How do I try again?",
		name: "try-again",
		make: async () => "#/tasks/charge-1",
		pose: (page) => page.getByRole("button", { name: "Retry" }).click(),
		words: ["Retry it", /It runs again, as another round/],
	},
	{
		question: "How far behind are we?",
		name: "how-far-behind",
		ripeMs: 20_000,
		make: async (shop) => {
			await shop.submit(
				...Array.from({ length: 400 }, (_, at) => ({
					...{ id: `thumb-${at + 1}`, type: "resize", queue: "thumbs" },
					payload: { seconds: 5 },
				})),
			);
			return "#/queues";
		},
		words: ["Oldest waits", "thumbs"],
	},
];

/** Leads to where a question is answered; resolves when the whole answer is to be seen. */
export async function answer(
	page: Page,
	shop: Shop,
	{ make, pose, words }: Question,
): Promise<void> {
	const address = await make(shop);
	await page.goto(`${shop.front.url}/${address}`);
	const isLive = page.getByText("Live", { exact: true });
	const token = page.getByLabel("Access token of this cluster");
	await isLive.or(token).first().waitFor();
	if (await token.isVisible()) {
		await token.fill(shop.anna);
		await token.press("Enter");
		await isLive.waitFor();
	}
	await pose?.(page);
	for (const word of words) await wordIn(page, word).waitFor();
}

/** Where the page says it first. */
export const wordIn = (page: Page, word: string | RegExp) =>
	page.getByText(word).filter({ visible: true }).first();
