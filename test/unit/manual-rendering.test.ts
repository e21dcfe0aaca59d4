/** What becomes of a chapter's Markdown, and what is refused. */
import { describe, expect, test } from "vitest";
import { renderPages } from "../../scripts/build/manual-text.ts";

/** The beginning of a PNG of 640 × 480. */
const PICTURE = Buffer.from(
	"89504e470d0a1a0a0000000d4948445200000280000001e0",
	"hex",
);

describe("rendering", () => {
	const render = (text: string) =>
		renderPages(
			[{ name: "a", text: `# A\n\nAbout.\n\n${text}` }],
			new Map([["shots/b.png", PICTURE]]),
			"1",
		);

	test("writes text as text", () => {
		const { a: html } = render("`<b>` & x\n\n```sh\necho '<script>' && x\n```");
		expect(html).toContain("<code>&lt;b&gt;</code> &amp; ");
		expect(html).toContain("echo '&lt;script&gt;' &amp;&amp; x");
	});

	test("shows a picture in its place, with room kept for it, and carries it", () => {
		const { a: html, ...rest } = render("![What it is](shots/b.png)");
		expect(html).toContain(
			'<img src="../docs/shots/b.png" alt="What it is" width="640" height="480"',
		);
		expect(rest["shots/b.png"]).toBe(PICTURE.toString("base64"));
	});

	test("carries no picture that no chapter shows", () => {
		expect(Object.keys(render("None."))).toEqual(["", "a"]);
	});

	test("leads to chapters and their parts", () => {
		const { a: html } = render(
			"## `wait` now\n\n[there](a.md#wait-now) [here](#wait-now)",
		);
		expect(html).toContain('<h2 id="wait-now">');
		expect(
			html?.match(/<a href="\.\.\/docs\/a#wait-now">(there|here)/g),
		).toHaveLength(2);
	});

	test.each([
		["[a](b.md)", "the link to b.md leads nowhere"],
		["[a](#b)", "the link to #b leads nowhere"],
		["[a](../up.md)", "leads nowhere"],
		["<b>x</b>", "write Markdown"],
		["![a](b.png)", "b.png is no picture in shots/"],
		["![](shots/b.png)", "does not say what is on it"],
		["## B\n\n## B", "two headings come to #b"],
		["# B", "its one title"],
	])("refuses %s", (text, why) => {
		expect(() => render(text)).toThrow(why);
	});
});
