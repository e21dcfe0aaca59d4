/** Rules of reading tasks by somebody who can take only so many bytes. */
import { expect, it } from "vitest";
import type { LargeTask, TaskRead } from "../../node/ports.ts";
import type { Bench } from "./store-bench.ts";

const CHARS = 10_000;

function largeOf(read: TaskRead): LargeTask {
	if (read === undefined || !("bytes" in read)) throw new Error("it was read");
	return read;
}

export function sizeRules(bench: Bench): void {
	it("a task up to the given size is read; of a larger one only the size, and whether it has ended", async () => {
		const small = await bench.started(await bench.open());
		const payload = JSON.stringify("é".repeat(CHARS));
		const [task] = await bench.submit({ payload });
		const ids = [small.id, task?.id ?? "", "no-such-task"];
		const [whole, large, none] = await bench.tasks.get(ids, CHARS);
		expect(whole).toEqual(await bench.read(small.id));
		expect(none).toBeUndefined();
		const { bytes, isEnded } = largeOf(large);
		expect(isEnded).toBe(false);
		expect(bytes).toBeGreaterThanOrEqual(2 * CHARS);
		expect(await bench.tasks.get(ids, bytes)).toEqual(
			await bench.tasks.get(ids),
		);
	});

	it("a result counts as well, and so do the errors of attempts", async () => {
		const session = await bench.open();
		const ended = await bench.started(session);
		const result = JSON.stringify("r".repeat(CHARS));
		const { id, token, claimedMs: startedMs } = ended;
		await bench.tasks.complete([
			{ id, token, startedMs, state: "SUCCESS", result },
		]);
		const failed = await bench.started(session);
		const message = "m".repeat(1_000);
		await bench.tasks.giveBack([
			{
				...{ id: failed.id, token: failed.token, end: "failure" },
				...{ error: { code: "failed", message }, startedMs: 1, afterMs: 0 },
			},
		]);
		const [first, second] = await bench.tasks.get([ended.id, failed.id], 900);
		expect(largeOf(first)).toMatchObject({ isEnded: true });
		expect(largeOf(first).bytes).toBeGreaterThan(CHARS);
		expect(largeOf(second)).toMatchObject({ isEnded: false });
		expect(largeOf(second).bytes).toBeGreaterThan(message.length);
	});

	it("the same holds for the newest run of an id", async () => {
		const { id } = bench.task();
		const payload = JSON.stringify("x".repeat(CHARS));
		await bench.tasks.submit([
			bench.task({ id }),
			bench.task({ id, payload, again: true }),
		]);
		const { bytes } = largeOf(await bench.tasks.newest(id, CHARS));
		expect(await bench.tasks.newest(id, bytes)).toMatchObject({
			...{ id: `${id}~2`, payload },
		});
		expect(await bench.tasks.newest("no-such-task", 0)).toBeUndefined();
	});
}
