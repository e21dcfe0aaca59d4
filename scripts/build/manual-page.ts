/**
 * The frame of a page of the manual: header, contents, the chapter, its neighbours.
 *
 * The contents on every page hold all titles of all chapters, so that the search over
 * them (`dashboard/manual.js`) needs no request. Without that script everything else
 * works. All links are relative, since a proxy may serve the manual below a path of its
 * own.
 */
import { escapeHtml } from "./html-text.ts";

export interface Heading {
	readonly depth: number;
	readonly title: string;
	/** The heading's anchor. */
	readonly id: string;
}

/** A chapter, as the contents show it. */
export interface Entry {
	readonly name: string;
	/** Its headings, of which the first is the title. */
	readonly headings: readonly Heading[];
	/** The summary, as HTML. */
	readonly summary: string;
}

export function overviewPage(
	entries: readonly Entry[],
	version: string,
): string {
	const root = rootOf(undefined);
	const items = entries.map(
		(entry) =>
			`<li><h2><a class="chapter" href="${root}docs/${entry.name}">${titleOf(entry)}</a></h2><p>${entry.summary}</p></li>`,
	);
	const text = `<h1>Manual</h1>
<p>Of Hearsay ${escapeHtml(version)}, the version that this node runs. The same API is described for programs at <a href="${root}openapi.json">/openapi.json</a>.</p>
<ul class="chapters">
${items.join("\n")}
</ul>`;
	return frame("Manual", undefined, text, entries, version);
}

export function chapterPage(
	name: string,
	html: string,
	entries: readonly Entry[],
	version: string,
): string {
	const at = entries.findIndex((entry) => entry.name === name);
	const own = entries[at] as Entry;
	const neighbours = [
		neighbour("prev", "Before", entries[at - 1]),
		neighbour("next", "Next", entries[at + 1]),
	].join("");
	const text = `${html}<nav class="neighbours" aria-label="Neighbouring chapters">${neighbours}</nav>`;
	return frame(titleOf(own), name, text, entries, version);
}

function neighbour(
	rel: string,
	word: string,
	entry: Entry | undefined,
): string {
	if (entry === undefined) return "";
	const root = rootOf(entry.name);
	return `<a class="neighbour" rel="${rel}" href="${root}docs/${entry.name}"><small>${word}</small>${titleOf(entry)}</a>`;
}

/** The path from a chapter's page, or the overview's, to the address at which the HTTP side begins. */
function rootOf(chapter: string | undefined): string {
	return chapter === undefined ? "" : "../";
}

function titleOf({ headings }: Entry): string {
	return escapeHtml(headings[0]?.title ?? "");
}

function frame(
	title: string,
	/** The chapter of the page; undefined for the overview. */
	current: string | undefined,
	text: string,
	entries: readonly Entry[],
	version: string,
): string {
	const here = current === undefined ? "page" : "true";
	const root = rootOf(current);
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<title>${current === undefined ? "Hearsay manual" : `${title} · Hearsay manual`}</title>
<link rel="icon" href="${root}icon.svg" />
<link rel="stylesheet" href="${root}tokens.css" />
<link rel="stylesheet" href="${root}manual.css" />
<script type="module" src="${root}manual.js"></script>
</head>
<body>
<a class="skip" href="#text">Skip to the text</a>
<header>
<a class="home" href="${root || "./"}"><img src="${root}icon.svg" alt="" width="24" height="24" /> Hearsay</a>
<a href="${root || "./"}">Dashboard</a>
<a href="${root}docs" aria-current="${here}">Manual</a>
<span class="version">${escapeHtml(version)}</span>
</header>
<div class="columns">
<nav class="contents" aria-label="Contents">
<details>
<summary>Contents</summary>
<div class="search" hidden>
<input type="search" placeholder="Find a title   /" aria-label="Find a title" autocomplete="off" spellcheck="false" />
<p role="status"></p>
</div>
<ul>
${entries.map((entry) => item(entry, current)).join("\n")}
</ul>
</details>
</nav>
<main id="text" tabindex="-1">
${text}
</main>
</div>
</body>
</html>
`;
}

function item(entry: Entry, current: string | undefined): string {
	const { name, headings } = entry;
	const isCurrent = name === current;
	const root = rootOf(current);
	const parts = headings.slice(1).map(({ depth, title, id }) => {
		const deep = depth > 2 ? ' class="deep"' : "";
		return `<li${deep}><a class="part" href="${root}docs/${name}#${id}">${escapeHtml(title)}</a></li>`;
	});
	const link = `<a href="${root}docs/${name}"${isCurrent ? ' aria-current="page"' : ""}>${titleOf(entry)}</a>`;
	return `<li>${link}<ul>${parts.join("")}</ul></li>`;
}
