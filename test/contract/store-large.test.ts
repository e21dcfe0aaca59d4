/** Steps on tasks with the longest texts that there may be hold Redis for a moment only. */
import { expect, test } from "vitest";
import {
	ATTEMPT_ERROR_CHARS_MAX,
	COMPLETE_BATCH_MAX,
} from "../../protocol/limits.ts";
import type { TaskError } from "../../protocol/task.ts";
import { keeping } from "../keeping.ts";
import { StoreOnRedis } from "./store-on-redis.ts";

const ground = StoreOnRedis.forFile("large");
/** A step on one such task takes some microseconds; this is for a loaded machine. */
const STEP_MICROS_MAX = 250_000;

const LONG = "x y ".repeat(ATTEMPT_ERROR_CHARS_MAX / 4);
const ERROR: TaskError = {
	...{ code: "failed", message: LONG, stack: LONG },
	cause: { code: "failed", message: LONG },
};

/** Of the scripts since the last look, those that took longer than they may. */
async function slowSteps(): Promise<string[]> {
	const entries = (await ground.redis.call("SLOWLOG", "GET", "100")) as [
		...[number, number, number, string[]],
	][];
	return entries.map(([, , micros, [command]]) => `${command} ${micros} µs`);
}

test("what failed often with long errors is put off, lost, opened again and deleted", async () => {
	await ground.redis.config(
		...(["SET", "slowlog-log-slower-than", String(STEP_MICROS_MAX)] as const),
	);
	await ground.redis.call("SLOWLOG", "RESET");
	const { tasks } = ground.shard;
	const ids = Array.from({ length: COMPLETE_BATCH_MAX }, (_, i) => `task-${i}`);
	await ground.submit(...ids);
	for (let round = 0; round < 3; round++) {
		const claimed = await ground.claimed(COMPLETE_BATCH_MAX);
		expect(claimed).toHaveLength(COMPLETE_BATCH_MAX);
		const put = { end: "failure", error: ERROR, startedMs: 1 } as const;
		await tasks.giveBack(
			claimed.map(({ id, token }) => ({ id, token, ...put, afterMs: 0 })),
		);
		await tasks.elapse(COMPLETE_BATCH_MAX);
	}
	const claimed = await ground.claimed(COMPLETE_BATCH_MAX);
	await tasks.complete(
		claimed.map(({ id, token }) => ({
			...{ id, token, startedMs: 1 },
			...{ state: "FAILURE", end: "failure", error: ERROR },
		})),
	);
	await tasks.retry(
		ids.map((id) => ({
			...{ id, round: 1, afterMs: 0, expiresMs: undefined },
		})),
	);
	await ground.claimed(COMPLETE_BATCH_MAX);
	await ground.shard.sessions.revoke({
		...{ session: ground.session, grounds: { when: "now" }, limit: 128 },
	});
	await tasks.get(ids);
	const cancel = ids.map((id) => ({ id, round: undefined }));
	await tasks.cancel({ tasks: cancel, by: "me", reason: "", force: true });
	await tasks.trim(keeping(0), 0);
	expect(await slowSteps()).toEqual([]);
});
