/**
 * What a page asks a node for again and again: the newest answer, and why there is none.
 *
 * It asks at once and then every second, never before the last answer is in, less and less
 * often while no node answers, and not at all while nobody can see the page or it is paused;
 * what was answered last stays. A click that began on one row does not end on another: while
 * a button is down, nothing new is shown.
 */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { isHidden, isPaused, pause } from "./clock.ts";
import { isAnswer, reasonOf, tellTrouble } from "./node.ts";
import { signInWhy } from "./token.ts";

const ASK_MS = 1_000;
const ASK_MS_MAX = 10_000;
/** A button that is down for longer was released where the page could not see it. */
const PRESS_MS_MAX = 10_000;

export interface Asked<T> {
	readonly value?: T;
	/** When that was answered. */
	readonly atMs?: number;
	/** Why there is no newer answer. */
	readonly why?: string | undefined;
}

/**
 * `key` says what is asked for: as soon as that differs, it is asked for anew, and of the
 * former one nothing is shown.
 */
export function useAsked<T>(
	key: string,
	ask: () => Promise<T>,
	everyMs = ASK_MS,
): ReadonlySignal<Asked<T>> {
	const asked = useMemo(() => signal<Asked<T>>({}), [key]);
	useEffect(() => {
		const over = new AbortController();
		void keepAsking(ask, everyMs, over.signal, (next) => {
			asked.value = { ...asked.value, ...next };
			const { why, atMs } = asked.value;
			tellTrouble(key, next.isLate ? { why: why ?? "", atMs } : undefined);
		});
		return () => {
			over.abort();
			tellTrouble(key, undefined);
		};
	}, [key]);
	return asked;
}

interface Told<T> extends Asked<T> {
	/** Whether the last question was not answered. */
	readonly isLate: boolean;
}

async function keepAsking<T>(
	ask: () => Promise<T>,
	everyMs: number,
	over: AbortSignal,
	tell: (asked: Told<T>) => void,
): Promise<void> {
	let pauseMs = everyMs;
	while (!over.aborted) {
		await until(mayAsk, over);
		try {
			const value = await ask();
			if (over.aborted) return;
			pauseMs = everyMs;
			if (!isPressed())
				tell({ value, atMs: Date.now(), why: undefined, isLate: false });
		} catch (error) {
			if (over.aborted) return;
			const isLate = !isAnswer(error);
			tell({ why: reasonOf(error), isLate });
			pauseMs = Math.min(pauseMs * 2, Math.max(ASK_MS_MAX, everyMs));
		}
		await shortened(pauseMs, over);
	}
}

const mayAsk = () =>
	!isHidden.value && !isPaused.value && signInWhy.value === undefined;

/** A page that is seen again asks at once. */
async function shortened(ms: number, over: AbortSignal): Promise<void> {
	const ready = new AbortController();
	const end = () => ready.abort();
	over.addEventListener("abort", end);
	let wasAllowed = mayAsk();
	const stop = effect(() => {
		const isAllowed = mayAsk();
		if (isAllowed && !wasAllowed) end();
		wasAllowed = isAllowed;
	});
	await pause(ms, ready.signal);
	stop();
	over.removeEventListener("abort", end);
}

/** Resolves as soon as the condition holds, or the signal fires. */
function until(isSo: () => boolean, over: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		let stop = () => {};
		const end = () => {
			queueMicrotask(() => stop());
			over.removeEventListener("abort", end);
			resolve();
		};
		over.addEventListener("abort", end);
		stop = effect(() => {
			if (isSo() || over.aborted) end();
		});
	});
}

/** When the button that is down went down. */
let pressedMs = -Infinity;

const isPressed = () => performance.now() - pressedMs < PRESS_MS_MAX;

export function followPresses(): void {
	for (const name of ["pointerdown", "pointerup", "pointercancel"])
		addEventListener(name, () => {
			pressedMs = name === "pointerdown" ? performance.now() : -Infinity;
		});
}
