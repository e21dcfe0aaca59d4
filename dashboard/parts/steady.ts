/**
 * Rows that hold still while somebody is in them: with the pointer, the focus or a selection.
 * What is new is counted then, and comes in when they have left, or ask for it.
 */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Steady<T> {
	readonly shown: readonly T[];
	/** How many rows have come that are not shown yet. */
	readonly newer: number;
	/** Refers to the element that the rows are in. */
	readonly ref: RefObject<HTMLDivElement | null>;
	/** Shows what is new, even if somebody is in the rows. */
	readonly catchUp: () => void;
}

/** Of what is shown, each row says the newest that is known of it. `stays`: as if somebody were in there. */
export function useSteady<T>(
	items: readonly T[],
	keyOf: (item: T) => string,
	stays = false,
): Steady<T> {
	const ref = useRef<HTMLDivElement>(null);
	const kept = useRef<readonly T[]>(items);
	const turn = useSignal(0);
	// Read here, so that the rows are drawn again when somebody leaves them.
	void turn.value;
	useEffect(() => follow(ref.current, () => turn.value++), []);
	// If there are no rows none can move away, although the pointer may be there already.
	if (kept.current.length === 0 || !(stays || isHeld(ref.current)))
		kept.current = items;
	else {
		const newest = new Map(items.map((item) => [keyOf(item), item]));
		kept.current = kept.current.map((item) => newest.get(keyOf(item)) ?? item);
	}
	const known = new Set(kept.current.map(keyOf));
	return {
		shown: kept.current,
		newer: items.filter((item) => !known.has(keyOf(item))).length,
		ref,
		catchUp: () => {
			kept.current = items;
			turn.value++;
		},
	};
}

/** Without a mouse, what was last touched stays "hovered" forever. */
const HOVERED = matchMedia("(hover: hover)").matches ? ":hover" : ":active";

function isHeld(place: HTMLElement | null): boolean {
	if (place === null) return false;
	if (place.matches(HOVERED)) return true;
	const { activeElement } = document;
	if (activeElement !== place && place.contains(activeElement)) return true;
	const selection = getSelection();
	return selection?.type === "Range" && selection.containsNode(place, true);
}

function follow(place: HTMLElement | null, changed: () => void): () => void {
	const over = new AbortController();
	const { signal } = over;
	for (const name of ["pointerleave", "focusout"])
		place?.addEventListener(name, () => queueMicrotask(changed), { signal });
	return () => over.abort();
}
