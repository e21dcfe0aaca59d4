/**
 * Closing: several parts, one after the other, each of them whatever becomes
 * of the ones before. What fails is logged and does not keep the rest open.
 * The log says how long each took: a node that is slow to end is seen from
 * outside as one that is deaf, and not which part of it is.
 */
import type { Clock, Log } from "./ports.ts";

export interface Closing {
	/** For the log. */
	readonly part: string;
	readonly close: () => Promise<void> | undefined;
}

/** Never rejects; resolves with the first error that was met. */
export async function closeAll(
	closings: readonly Closing[],
	clock: Clock,
	log: Log,
): Promise<Error | undefined> {
	let first: Error | undefined;
	for (const { part, close } of closings) {
		const startedMs = clock.monoMs();
		try {
			await close();
		} catch (cause) {
			log.error(
				{ part, err: cause },
				"a part of the node did not close cleanly",
			);
			first ??=
				cause instanceof Error
					? cause
					: new Error("a part of the node did not close", { cause });
		}
		const tookMs = Math.round(clock.monoMs() - startedMs);
		log.debug({ part, tookMs }, "a part of the node is closed");
	}
	return first;
}
