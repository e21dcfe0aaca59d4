/**
 * The page's clock, and whether anybody looks: what changes with time reads `seconds`, and
 * does so once a second; a page that nobody can see rests.
 */
import { signal } from "@preact/signals";

const SECOND_MS = 1_000;

/** When this second began, by the browser's clock. */
export const nowMs = signal(Date.now());

/** Whether nobody can see the page. */
export const isHidden = signal(document.hidden);

/** Whether somebody has paused the page, so that what it shows stays. */
export const isPaused = signal(false);

export function followClock(): void {
	const tick = () => {
		if (!isPaused.value) nowMs.value = Date.now();
	};
	setInterval(() => {
		if (!document.hidden) tick();
	}, SECOND_MS);
	document.addEventListener("visibilitychange", () => {
		isHidden.value = document.hidden;
		if (!document.hidden) tick();
	});
}

/** Resolves after so long, or with the signal. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, ms);
		signal?.addEventListener("abort", () => {
			clearTimeout(timer);
			resolve();
		});
	});
}
