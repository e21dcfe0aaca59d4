/**
 * How processes are told to stop: SIGTERM, SIGINT (Ctrl-C), SIGHUP (the terminal is
 * gone), or the end of the program that started this one and held a channel to it. The
 * first asks for an orderly stop. A second signal of any kind asks to stop at once: what
 * runs then loses that attempt, and the next node that looks runs it again.
 */
import { SAME_SIGNAL_MS } from "../../protocol/limits.ts";
import type { Clock } from "../ports.ts";
import type { Environment } from "./flags.ts";

export interface StopWish {
	/** Resolves with who asked; `parent` asks by being gone. */
	readonly inOrder: Promise<"signal" | "parent">;
	/** Resolves on a second signal. */
	readonly atOnce: Promise<void>;
}

/**
 * Whether a signal that was sent once may come twice: npm passes on what its child has
 * received already.
 */
export function mayHearTwice(env: Environment): boolean {
	const isPassedOn = env.npm_lifecycle_event !== undefined;
	return isPassedOn && process.send === undefined;
}

/** Listens for requests to stop. `twice`: the same signal within SAME_SIGNAL_MS counts as the first one. */
export function listenForStop(clock: Clock, twice: boolean): StopWish {
	const inOrder = Promise.withResolvers<"signal" | "parent">();
	const atOnce = Promise.withResolvers<void>();
	let first: { readonly signal: string; readonly ms: number } | undefined;
	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
		process.on(signal, () => {
			const ms = clock.monoMs();
			inOrder.resolve("signal");
			const same =
				first?.signal === signal && twice && ms - first.ms <= SAME_SIGNAL_MS;
			if (first !== undefined && !same) atOnce.resolve();
			first ??= { signal, ms };
		});
	}
	process.once("disconnect", () => inOrder.resolve("parent"));
	return { inOrder: inOrder.promise, atOnce: atOnce.promise };
}
