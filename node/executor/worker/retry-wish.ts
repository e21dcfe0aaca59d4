/**
 * What a thrown value says about further attempts, by its properties: `retry: false`, and
 * `retryAfter`, a duration. It says so by properties, since the code that throws may be
 * unable to import a class of ours. Each property is read once. Never throws, whatever
 * the value is made of. Any other value of these properties says nothing.
 */
import { BACKOFF_MS_MAX } from "../../../protocol/limits.ts";
import { durationMs } from "./duration.ts";

export interface RetryWish {
	readonly retry: false | undefined;
	/** A longer wait is cut to what is allowed. */
	readonly retryAfterMs: number | undefined;
}

export function retryWishOf(thrown: unknown): RetryWish {
	const retry = property(thrown, "retry") === false ? false : undefined;
	const ms = durationMs(property(thrown, "retryAfter"));
	const retryAfterMs =
		ms !== undefined && ms > BACKOFF_MS_MAX ? BACKOFF_MS_MAX : ms;
	return { retry, retryAfterMs };
}

function property(of: unknown, name: "retry" | "retryAfter"): unknown {
	const isObject = typeof of === "object" || typeof of === "function";
	if (!isObject || of === null) return undefined;
	try {
		return (of as Record<typeof name, unknown>)[name];
	} catch {
		return undefined; // A getter or a proxy of the task's own threw.
	}
}
