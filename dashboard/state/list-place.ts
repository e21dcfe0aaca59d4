/**
 * Where somebody was in a list when they opened something, as a page or beside the list: Esc and
 * Close lead back there, and to the same row.
 */
import { useEffect } from "preact/hooks";
import { address, go } from "./address.ts";

/** What was opened last from a list, and from which. */
let opened: { readonly path: string; readonly key: string } | undefined;

/** To be called when something in this list is opened. */
export function keepPlace(key: string): void {
	opened = { path: address.value.path, key };
}

/** What was last opened from the list that is shown; the answer is given once. */
export function takePlace(): string | undefined {
	if (opened?.path !== address.value.path) return undefined;
	const { key } = opened;
	opened = undefined;
	return key;
}

/** Whether this was opened from a list: its title then gets the focus that the row had. */
export const isFromList = (key: string): boolean => opened?.key === key;

/** Back to the list that this was opened from, or to `list`. */
export function leaveToList(key: string, list: string): void {
	if (isFromList(key)) history.back();
	else go(list);
}

/** Esc leads back to the list; it first closes what is open, and leaves a field that has the focus. */
export function useEscapeToList(key: string, list: string): void {
	useEffect(() => {
		const leave = (event: KeyboardEvent) => {
			if (event.key !== "Escape" || event.defaultPrevented) return;
			const { target } = event;
			const isElsewhere =
				target instanceof HTMLElement &&
				target.closest("input, textarea, select, fieldset, dialog") !== null;
			if (isElsewhere || document.querySelector("dialog[open]")) return;
			leaveToList(key, list);
		};
		addEventListener("keydown", leave);
		return () => removeEventListener("keydown", leave);
	}, [key, list]);
}
