/**
 * Chapters of the manual, from Markdown to pages.
 *
 * A flawed chapter is refused: one without a title, or without a paragraph that says what
 * it is about; one with a link that leads nowhere, with HTML among the Markdown, with two
 * headings of one anchor, or with a picture that is not there or has no text for those who
 * cannot see it.
 */
import { Marked, type RendererObject, type Token, type Tokens } from "marked";
import { escapeHtml } from "./html-text.ts";
import type { ChapterText, Pictures } from "./manual-chapters.ts";
import { chapterPage, type Heading, overviewPage } from "./manual-page.ts";

interface Chapter {
	readonly name: string;
	readonly tokens: readonly Token[];
	/** The headings, of which the first is the chapter's title. */
	readonly headings: readonly Heading[];
	/** The chapter's first paragraph, as HTML. */
	readonly summary: string;
}

/** A figure, or a pair of figures, which is kept on one line. */
const VALUE = /^\d.{0,23}$/;

/** Renders the pages by chapter, the overview under ""; and the pictures that are in them. */
export function renderPages(
	texts: readonly ChapterText[],
	pictures: Pictures,
	version: string,
): Record<string, string> {
	const chapters = texts.map(readChapter);
	const shown: Record<string, string> = {};
	const show = (href: string) => {
		const bytes = pictures.get(href);
		if (bytes !== undefined) shown[href] = bytes.toString("base64");
		return bytes;
	};
	const written = chapters.map((chapter) => {
		const { name, headings, tokens, summary } = chapter;
		const from = (root: string) =>
			new Marked({ renderer: rulesOf(chapter, chapters, show, root) });
		// The first paragraph stands on the overview.
		const first = `${from("").parseInline(summary)}`;
		return {
			entry: { name, headings, summary: first },
			html: `${from("../").parser([...tokens])}`,
		};
	});
	const entries = written.map(({ entry }) => entry);
	const pages: Record<string, string> = {
		...{ "": overviewPage(entries, version), ...shown },
	};
	for (const { entry, html } of written)
		pages[entry.name] = chapterPage(entry.name, html, entries, version);
	return pages;
}

function readChapter({ name, text }: ChapterText): Chapter {
	const tokens = new Marked().lexer(text);
	const headings = tokens
		.filter((token): token is Tokens.Heading => token.type === "heading")
		.map(({ depth, text }) => {
			const title = text.replaceAll("`", "");
			return { depth, title, id: anchorOf(title) };
		});
	const [first, ...others] = headings;
	if (first?.depth !== 1 || others.some(({ depth }) => depth === 1))
		throw new Error(`${name}.md: begin it with its one title, "# …".`);
	const ids = headings.map(({ id }) => id);
	const twice = ids.find((id, at) => ids.indexOf(id) !== at);
	if (twice !== undefined)
		throw new Error(`${name}.md: two headings come to #${twice}.`);
	const [, second] = tokens.filter(({ type }) => type !== "space");
	if (second?.type !== "paragraph")
		throw new Error(`${name}.md: say below its title what it is about.`);
	return { name, tokens, headings, summary: (second as Tokens.Paragraph).text };
}

/** The anchor of a heading, made as on GitHub, so that a link leads to the same place there. */
function anchorOf(title: string): string {
	return title
		.toLowerCase()
		.replaceAll(/[^\p{L}\p{N} _-]/gu, "")
		.replaceAll(" ", "-");
}

/**
 * The rules by which a chapter's page differs from what Markdown becomes by default. `show`:
 * returns the bytes of a picture, which is served then; undefined if there is none at this
 * address. `root`: the path to the address at which the HTTP side begins.
 */
function rulesOf(
	own: Chapter,
	chapters: readonly Chapter[],
	show: (href: string) => Buffer | undefined,
	root: string,
): RendererObject<string, string> {
	return {
		heading({ tokens, depth, text }) {
			const inner = this.parser.parseInline(tokens);
			if (depth === 1) return `<h1>${inner}</h1>\n`;
			const id = anchorOf(text.replaceAll("`", ""));
			return `<h${depth} id="${id}"><a class="anchor" href="#${id}">${inner}</a></h${depth}>\n`;
		},
		code({ text, lang = "" }) {
			const [language = ""] = lang.split(" ");
			return `<pre tabindex="0" data-language="${escapeHtml(language)}"><code>${escapeHtml(text)}</code></pre>\n`;
		},
		table({ header, rows }) {
			const cells = (row: readonly Tokens.TableCell[], tag: string) =>
				row
					.map(({ tokens, text }) => {
						const kind = VALUE.test(text) ? ' class="value"' : "";
						return `<${tag}${kind}>${this.parser.parseInline(tokens)}</${tag}>`;
					})
					.join("");
			const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("");
			return `<div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>${cells(header, "th")}</tr></thead><tbody>${body}</tbody></table></div>\n`;
		},
		link({ href, tokens }) {
			const address = addressOf(href, own, chapters, root);
			return `<a href="${escapeHtml(address)}">${this.parser.parseInline(tokens)}</a>`;
		},
		html({ text }) {
			throw new Error(`${own.name}.md: write Markdown, not ${text.trim()}.`);
		},
		image({ href, text }) {
			const bytes = show(href);
			if (bytes === undefined || text === "")
				throw new Error(
					`${own.name}.md: ${href} is no picture in shots/, or does not say what is on it.`,
				);
			// The places of width and height in a PNG.
			const [width, height] = [16, 20].map((at) => bytes.readUInt32BE(at));
			return `<img src="${root}docs/${escapeHtml(href)}" alt="${escapeHtml(text)}" width="${width}" height="${height}" loading="lazy" />`;
		},
	};
}

/** The address of a link on the pages: `tasks.md#ids` in a file is `../docs/tasks#ids` there. */
function addressOf(
	href: string,
	own: Chapter,
	chapters: readonly Chapter[],
	root: string,
): string {
	if (/^https?:\/\//.test(href)) return href;
	const parts = /^(?:([a-z-]+)\.md)?(?:#(.+))?$/.exec(href) ?? [];
	const [whole = "", name = own.name, id] = parts;
	const chapter = chapters.find((each) => each.name === name);
	const isThere =
		id === undefined || chapter?.headings.some((each) => each.id === id);
	if (whole === "" || chapter === undefined || !isThere)
		throw new Error(`${own.name}.md: the link to ${href} leads nowhere.`);
	return `${root}docs/${name}${id === undefined ? "" : `#${id}`}`;
}
