/**
 * The wish to stop, as processes are told it: SIGTERM, SIGINT (Ctrl-C),
 * SIGHUP (the terminal is gone), or the end of the program that started this
 * one and held a channel to it. The first asks to stop in order; a later
 * signal asks to stop at once: what runs then is left to its lease, loses that
 * attempt, and is run again by the next who looks.
 */
import { SAME_SIGNAL_MS } from "../../protocol/limits.ts";
import type { Clock } from "../ports.ts";

export interface StopWish {
	/** Resolves with who asked; `parent`: by being gone. */
	readonly inOrder: Promise<"signal" | "parent">;
	/** Resolves on a second signal. */
	readonly atOnce: Promise<void>;
}

export function listenForStop(clock: Clock): StopWish {
	const inOrder = Promise.withResolvers<"signal" | "parent">();
	const atOnce = Promise.withResolvers<void>();
	let firstMs: number | undefined;
	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
		process.on(signal, () => {
			firstMs ??= clock.monoMs();
			inOrder.resolve("signal");
			if (clock.monoMs() - firstMs > SAME_SIGNAL_MS) atOnce.resolve();
		});
	}
	process.once("disconnect", () => inOrder.resolve("parent"));
	return { inOrder: inOrder.promise, atOnce: atOnce.promise };
}
