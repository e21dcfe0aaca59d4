/** What a handler may say besides its code. */
import { expect, test } from "vitest";
import { readSettings } from "../../protocol/handler-settings.ts";

test.each<[Record<string, unknown>, object]>([
	[{}, {}],
	[{ retries: 0 }, { retries: 0 }],
	[{ retries: 100 }, { retries: 100 }],
	[{ timeout: "7d" }, { timeoutMs: 604_800_000 }],
	[{ timeout: 1 }, { timeoutMs: 1 }],
	[{ killAfter: "5m" }, { killAfterMs: 300_000 }],
	[{ killAfter: 0 }, { killAfterMs: 0 }],
	[{ backoff: {} }, { backoff: {} }],
	[{ backoff: { delay: "2h" } }, { backoff: { delay: "2h" } }],
	[
		{ backoff: { type: "fixed", delay: "24h", max: "24h", jitter: 1 } },
		{ backoff: { type: "fixed", delay: "24h", max: "24h", jitter: 1 } },
	],
	[{ concurrency: 1 }, { concurrency: 1 }],
	[{ concurrency: 4_096 }, { concurrency: 4_096 }],
	[{ retries: undefined, timeout: undefined }, {}],
])("%j is read", (said, settings) => {
	expect(readSettings(said)).toEqual({ ok: true, settings });
});

test.each<[Record<string, unknown>, string]>([
	[{ retries: 101 }, ".retries must be an integer from 0 to 100"],
	[{ retries: true }, ".retries must be an integer from 0 to 100"],
	[{ timeout: 0 }, ".timeout must be a duration of 1 ms to 7 days"],
	[{ timeout: "169h" }, ".timeout must be a duration of 1 ms to 7 days"],
	[{ timeout: 1.5 }, ".timeout must be a duration of 1 ms to 7 days"],
	[{ killAfter: 300_001 }, ".killAfter must be a duration of up to 5 minutes"],
	[{ concurrency: 0 }, ".concurrency must be an integer from 1 to 4096"],
	[{ concurrency: 4_097 }, ".concurrency must be an integer from 1 to 4096"],
	[{ backoff: { jitter: -0.1 } }, ".backoff must be an object with any of"],
	[{ backoff: { jitter: null } }, ".backoff must be an object with any of"],
	[{ backoff: { max: 999 } }, ".backoff.max must not be below its"],
	[{ backoff: { max: 86_400_001 } }, ".backoff.max must be 24 hours at most"],
])("%j is refused by the name of the field", (said, why) => {
	expect(readSettings(said)).toEqual({
		ok: false,
		flaw: expect.stringContaining(why),
	});
});
