/** A Redis behind Sentinels, one of which is asked and says nothing. */
import { expect, test } from "vitest";
import { Connection } from "../../node/store/connection.ts";
import { systemClock } from "../../node/world.ts";
import {
	SENTINEL_TIMEOUT_MS,
	STORE_COMMAND_TIMEOUT_MS,
} from "../../protocol/limits.ts";
import { WatchedRedis } from "../sentinel.ts";
import { RecordedLog } from "./recorded-log.ts";

test("a frozen Sentinel is passed over sooner than a frozen Redis would be", async () => {
	await using redis = await WatchedRedis.start();
	const [first] = redis.sentinels;
	first?.signal("SIGSTOP");
	try {
		const begunMs = systemClock.monoMs();
		const log = new RecordedLog();
		const connection = new Connection(redis.url, systemClock, log);
		await new Promise<void>((resolve) =>
			connection.onChange((up) => up && resolve()),
		);
		const tookMs = systemClock.monoMs() - begunMs;
		expect(await connection.command("PING")).toBe("PONG");
		await connection.close();
		// It was indeed asked first.
		expect(tookMs).toBeGreaterThan(0.9 * SENTINEL_TIMEOUT_MS);
		expect(tookMs).toBeLessThan(0.9 * STORE_COMMAND_TIMEOUT_MS);
	} finally {
		first?.signal("SIGCONT");
	}
});
