/**
 * Closing: several things, one after the other, each of them whatever becomes
 * of the ones before. What fails is logged and does not keep the rest open.
 */
import type { Log } from "./ports.ts";

type Close = () => Promise<void> | undefined;

/** Never rejects; resolves with the first error that was met. */
export async function closeAll(
	closes: readonly Close[],
	log: Log,
): Promise<Error | undefined> {
	let first: Error | undefined;
	for (const close of closes) {
		try {
			await close();
		} catch (cause) {
			log.error({ err: cause }, "a part of the node did not close cleanly");
			first ??=
				cause instanceof Error
					? cause
					: new Error("a part of the node did not close", { cause });
		}
	}
	return first;
}
