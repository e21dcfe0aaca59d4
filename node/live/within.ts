/** What is waited for no longer than for so long. */
import type { Clock } from "../ports.ts";

/** Undefined: not yet. */
export function within<Value>(
	clock: Pick<Clock, "after">,
	ms: number,
	answer: Promise<Value>,
): Promise<Value | undefined> {
	const late = Promise.withResolvers<undefined>();
	const timer = clock.after(ms, () => late.resolve(undefined));
	return Promise.race([answer, late.promise]).finally(() => timer.cancel());
}
