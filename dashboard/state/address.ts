/**
 * Where somebody is: page and filters, which all stand behind the `#` of the address. So a
 * link can be sent on, Back leads back, and it is the same below any path and on any node.
 *
 * How far a page was scrolled is kept with its place in the browser's history. Coming back,
 * it is scrolled there as soon as enough of it is drawn.
 */
import { signal } from "@preact/signals";

export interface Address {
	/** The path, without a slash at either end: `tasks/task-17`; empty for the first page. */
	readonly path: string;
	readonly query: URLSearchParams;
}

type Query = Readonly<Record<string, string | undefined>>;

/** A scroll position is kept so long after the last of several steps: browsers accept only so many changes a second. */
const SCROLL_KEPT_MS = 150;
/** A page that takes longer to be drawn is not scrolled any more. */
const SCROLL_MS_MAX = 3_000;

export const address = signal(read(location.hash));

/** The address of a page, as a link has it. */
export function hrefOf(path: string, query: Query = {}): string {
	const given = new URLSearchParams();
	for (const [name, value] of Object.entries(query))
		if (value !== undefined && value !== "") given.set(name, value);
	const parts = path.split("/").map(encodeURIComponent).join("/");
	return `#/${parts}${given.size > 0 ? `?${given}` : ""}`;
}

export function go(href: string): void {
	keepScroll();
	location.hash = href;
}

function keepScroll(): void {
	history.replaceState({ scrolledTo: scrollY }, "");
}

/** Keeps `address` up to date. */
export function followAddress(): void {
	history.scrollRestoration = "manual";
	let stop = () => {};
	let timer: ReturnType<typeof setTimeout>;
	addEventListener("scroll", () => {
		clearTimeout(timer);
		timer = setTimeout(keepScroll, SCROLL_KEPT_MS);
	});
	// A link may lead away before that.
	addEventListener("click", keepScroll, { capture: true });
	addEventListener("popstate", ({ state }) => {
		stop();
		clearTimeout(timer);
		const next = read(location.hash);
		const isOther = next.path !== address.value.path;
		address.value = next;
		const to = (state as { scrolledTo?: number } | null)?.scrolledTo;
		if (to !== undefined) stop = scrollWhenDrawn(to);
		else if (isOther) scrollTo(0, 0);
	});
	const to = (history.state as { scrolledTo?: number } | null)?.scrolledTo;
	if (to !== undefined) stop = scrollWhenDrawn(to);
}

/** Scrolls once enough is drawn. Returns what ends that; scrolling by hand ends it, too. */
function scrollWhenDrawn(to: number): () => void {
	const over = new AbortController();
	const look = () => {
		if (document.body.scrollHeight < to + innerHeight) return;
		end();
		scrollTo(0, to);
	};
	const watch = new ResizeObserver(look);
	const end = () => {
		watch.disconnect();
		over.abort();
	};
	watch.observe(document.body);
	const { signal } = over;
	addEventListener("wheel", end, { signal, passive: true });
	addEventListener("keydown", end, { signal });
	setTimeout(end, SCROLL_MS_MAX);
	return end;
}

function read(hash: string): Address {
	const [, path = "", query] = /^#\/?([^?]*)(?:\?(.*))?$/s.exec(hash) ?? [];
	// An old form of links: `#state=FAILURE`.
	if (path.startsWith("state="))
		return { path: "tasks", query: new URLSearchParams(path) };
	return {
		path: path.split("/").filter(Boolean).map(decoded).join("/"),
		query: new URLSearchParams(query),
	};
}

function decoded(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}
