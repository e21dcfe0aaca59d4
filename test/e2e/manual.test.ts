/** Every command of README and manual is run, and has the answer that they show. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { DOCUMENTS } from "../documents.ts";
import { ManualSession, type Ran } from "./manual-session.ts";

let session: ManualSession;
beforeAll(async () => {
	session = await ManualSession.begin();
});
afterAll(() => session[Symbol.asyncDispose]());

/** From this chapter on the cluster asks for a token, which the examples of other chapters do not send. */
const LAST = "dashboard/docs/access.md";
const withExamples = DOCUMENTS.filter(({ blocks }) =>
	blocks.some(({ kind }) => kind === "run"),
).sort((a, b) => Number(a.path === LAST) - Number(b.path === LAST));

test.each(withExamples)(
	"$path: commands work, and answers are as shown",
	async ({ blocks }) => {
		let last: Ran | undefined;
		for (const block of blocks) {
			if (block.kind === "file") session.write(block.name, block.text);
			if (block.kind === "run") {
				last = await session.run(block.text);
				expectStatuses(last.statuses, block.status, block.text);
			}
			if (block.kind === "answer") {
				const line = last?.lines.at(-1) ?? "";
				expect(JSON.parse(line)).toEqual(likeShown(JSON.parse(block.text)));
			}
		}
	},
);

function expectStatuses(
	statuses: readonly number[],
	wanted: number | undefined,
	text: string,
): void {
	const good = wanted === undefined ? statuses : statuses.slice(0, -1);
	expect(
		good.filter((status) => status < 200 || status > 299),
		text,
	).toEqual([]);
	if (wanted !== undefined) expect(statuses.at(-1), text).toBe(wanted);
}

/** Fields may be left out, and `…` stands for anything. */
function likeShown(shown: unknown): unknown {
	if (shown === "…") return expect.anything();
	if (typeof shown === "string" && shown.includes("…"))
		return expect.stringMatching(
			new RegExp(`^${shown.split("…").map(literally).join(".+")}$`, "s"),
		);
	if (Array.isArray(shown)) return shown.map(likeShown);
	if (typeof shown !== "object" || shown === null) return shown;
	return expect.objectContaining(
		Object.fromEntries(
			Object.entries(shown).map(([name, value]) => [name, likeShown(value)]),
		),
	);
}

function literally(text: string): string {
	return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
