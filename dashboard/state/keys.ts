/**
 * The keyboard: each key of the page, in one list that `?` shows. None of them does anything
 * while somebody types, or together with Ctrl, Alt or Meta, which are the browser's.
 *
 * `j` and `k` go through what is marked `data-row`, wherever that is on a page; Enter then
 * follows the link that it is.
 */
import { signal } from "@preact/signals";
import type { Page } from "../page.ts";
import { go, hrefOf } from "./address.ts";
import { isPaused } from "./clock.ts";
import { may } from "./token.ts";

export const isHelpOpen = signal(false);

/** How long after `g` another key still belongs to it. */
const SEQUENCE_MS = 1_500;
export const SEARCH_ID = "search";

/** What each key does, in the order of the list. */
export function keysOf(pages: readonly Page[]): readonly [string, string][] {
	return [
		["/", "Find a task, a type, a queue or a node"],
		["j k", "Next row, previous row"],
		["Enter", "Open it"],
		["Esc", "Close, or leave the field"],
		...pages
			.filter(({ key, role }) => key !== undefined && may(role ?? "read"))
			.map(({ key, title }): [string, string] => [`g ${key}`, title]),
		["p", "Pause: what is shown stays"],
		["?", "This list"],
	];
}

export function followKeys(pages: readonly Page[]): void {
	let wentAtMs = -Infinity;
	addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		const { key, target, timeStamp } = event;
		if (key === "Escape") return leave(target);
		if (isTyping(target) || document.querySelector("dialog[open]")) return;
		const page = pages.find((each) => each.key === key);
		if (page && timeStamp - wentAtMs < SEQUENCE_MS) go(hrefOf(page.path));
		else if (key === "g") wentAtMs = timeStamp;
		else if (!press(key)) return;
		if (key !== "g") wentAtMs = -Infinity;
		event.preventDefault();
	});
}

/** Whether the key does something. */
function press(key: string): boolean {
	if (key === "/") document.getElementById(SEARCH_ID)?.focus();
	else if (key === "j") step(1);
	else if (key === "k") step(-1);
	else if (key === "p") isPaused.value = !isPaused.value;
	else if (key === "?") isHelpOpen.value = true;
	else return false;
	return true;
}

function isTyping(target: EventTarget | null): boolean {
	return (
		target instanceof HTMLElement &&
		(target.isContentEditable || target.matches("input, textarea, select"))
	);
}

function leave(target: EventTarget | null): void {
	if (target instanceof HTMLElement && isTyping(target)) target.blur();
}

/** Steps from the row that has the focus, or whose task is shown beside the list, which the step then changes. */
function step(by: number): void {
	const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")];
	const active = document.activeElement;
	const own = rows.findIndex((row) => row === active || row.contains(active));
	const at =
		own < 0 ? rows.findIndex((row) => row.closest("[aria-current]")) : own;
	const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
	const row = rows[Math.min(Math.max(next, 0), rows.length - 1)];
	row?.focus();
	row?.scrollIntoView({ block: "nearest" });
	if (row?.dataset.row === "beside" && next in rows) row.click();
}
