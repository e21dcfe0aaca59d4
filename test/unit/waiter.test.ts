/** When those who wait for a task are answered. */
import { expect, test } from "vitest";
import type { Clock, Log } from "../../node/ports.ts";
import { Waiter } from "../../node/waiter.ts";
import { WAIT_POLL_MS_MIN } from "../../protocol/limits.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { VirtualClock } from "../clock.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

function waiterOn(clock: Clock, getMs: number) {
	const ended = new Set<string>();
	const waiter = new Waiter({
		clock,
		log,
		get: async (ids) => {
			const tasks = ids.map(
				(id) =>
					({ id, state: ended.has(id) ? "SUCCESS" : "STARTED" }) as TaskRecord,
			);
			await new Promise<void>((resolve) => clock.after(getMs, resolve));
			return tasks;
		},
	});
	/** When the wait was over, or whether it still is not. */
	const wait = (id: string) => {
		const answer = { afterMs: Number.NaN };
		const begunMs = clock.monoMs();
		void waiter
			.ended(id, 10_000, new AbortController().signal)
			.then(() => (answer.afterMs = clock.monoMs() - begunMs));
		waiter.lookSoon();
		return answer;
	};
	return { ended, waiter, wait };
}

test("a stream of those who come to wait does not keep the first one waiting", async () => {
	const clock = new VirtualClock();
	const { ended, wait } = waiterOn(clock, 0);
	ended.add("first");
	const first = wait("first");
	for (let i = 0; i < 20; i++) {
		await clock.runFor(WAIT_POLL_MS_MIN / 2);
		wait(`later ${i}`);
	}
	expect(first.afterMs).toBe(WAIT_POLL_MS_MIN);
});

test("a task that ends while it is looked for is looked for again at once", async () => {
	const clock = new VirtualClock();
	const getMs = 10;
	const { ended, waiter, wait } = waiterOn(clock, getMs);
	const answer = wait("a");
	await clock.runFor(WAIT_POLL_MS_MIN + getMs / 2);
	ended.add("a");
	waiter.endedHere(["a"]);
	await clock.runFor(10_000);
	expect(answer.afterMs).toBe(WAIT_POLL_MS_MIN + getMs / 2 + getMs);
});
