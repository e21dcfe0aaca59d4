/** Where somebody was in a list when they opened something: Esc leads back there, and to the same row. */
import { useEffect } from "preact/hooks";
import { address, go, hrefOf } from "./address.ts";

/** What was opened last from a list, and from which. */
let opened: { readonly path: string; readonly key: string } | undefined;

/** Something in this list is opened. */
export function keepPlace(key: string): void {
	opened = { path: address.value.path, key };
}

/** What was opened last from the list that is shown, once. */
export function takePlace(): string | undefined {
	if (opened?.path !== address.value.path) return undefined;
	const { key } = opened;
	opened = undefined;
	return key;
}

/** Whether what is shown was opened from a list: its title then has the focus, which the row had. */
export const isFromList = (): boolean => opened !== undefined;

/** Esc leads back to the list; it first closes what is open, and leaves a field that has the focus. */
export function useEscapeToList(): void {
	useEffect(() => {
		const leave = (event: KeyboardEvent) => {
			if (event.key !== "Escape" || event.defaultPrevented) return;
			const { target } = event;
			const isElsewhere =
				target instanceof HTMLElement &&
				target.closest("input, textarea, select, fieldset, dialog") !== null;
			if (isElsewhere || document.querySelector("dialog[open]")) return;
			if (opened === undefined) go(hrefOf("tasks"));
			else history.back();
		};
		addEventListener("keydown", leave);
		return () => removeEventListener("keydown", leave);
	}, []);
}
