/** How wide a place is, kept up to date: what is drawn in pixels is drawn anew when that changes. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export function useWidth(): {
	readonly ref: RefObject<HTMLDivElement | null>;
	/** The width in pixels; 0 until it is known. */
	readonly width: ReadonlySignal<number>;
} {
	const ref = useRef<HTMLDivElement>(null);
	const width = useSignal(0);
	useLayoutEffect(() => {
		const place = ref.current;
		if (place === null) return;
		const look = () => {
			width.value = Math.floor(place.clientWidth);
		};
		look();
		const watch = new ResizeObserver(look);
		watch.observe(place);
		return () => watch.disconnect();
	}, [width]);
	return { ref, width };
}
