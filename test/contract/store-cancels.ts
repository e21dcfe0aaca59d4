/** Rules of cancelling tasks. */
import { expect, it } from "vitest";
import type { CancelRequest } from "../../node/ports.ts";
import type { ClaimedTask, NewTask, TaskEnd } from "../../protocol/task.ts";
import { keeping } from "../keeping.ts";
import { type Bench, success } from "./store-bench.ts";

const ERROR = { code: "failed", message: "no luck" };

async function cancel(
	bench: Bench,
	id: string,
	more: Partial<CancelRequest> & { readonly round?: number } = {},
) {
	const { round, ...request } = more;
	const [outcome] = await bench.tasks.cancel({
		...{ tasks: [{ id, round }], by: "ann", reason: "", force: false },
		...request,
	});
	return outcome;
}

function stopped({ id, token }: ClaimedTask): TaskEnd {
	const error = { code: "cancelled", message: "It was cancelled." };
	const end = { state: "CANCELLED", end: "cancelled", error } as const;
	return { id, token, startedMs: 7, ...end };
}

export function cancelRules(bench: Bench): void {
	it.each([{}, { options: { delay: "1h" } }])(
		"a task that has not begun is CANCELLED at once, and says by whom and why: %j",
		async (fields) => {
			const session = await bench.open();
			const [task] = await bench.submit(fields);
			const id = task?.id ?? "";
			const reason = "not needed\nany more";
			expect(await cancel(bench, id, { reason })).toEqual({
				...{ code: "cancelled", holder: undefined },
			});
			const record = await bench.read(id);
			expect(record).toMatchObject({
				...{ state: "CANCELLED", attempt: 0, attempts: [] },
				error: { code: "cancelled", message: reason },
				cancel: { by: "ann", reason, atMs: record.finishedMs },
			});
			expect((await bench.claim(session)).tasks).toEqual([]);
			expect((await bench.pulse(session)).nextTimeMs).toBeUndefined();
			expect(await cancel(bench, id)).toEqual({ code: "same" });
		},
	);

	it("a running task is marked, and its session is told until it has stopped the task", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		expect(await cancel(bench, task.id)).toEqual({
			...{ code: "marked", holder: session.name },
		});
		expect(await bench.read(task.id)).toMatchObject({
			...{ state: "STARTED", cancel: { by: "ann", reason: "" } },
		});
		const mark = { id: task.id, token: task.token };
		expect((await bench.pulse(session)).marks).toEqual([mark]);
		expect((await bench.pulse(await bench.open("bob"))).marks).toEqual([]);
		await bench.tasks.complete([stopped(task)]);
		expect(await bench.read(task.id)).toMatchObject({
			...{ state: "CANCELLED", attempts: [{ end: "cancelled" }] },
		});
	});

	it.each(["result", "handed back", "not begun"] as const)(
		"a session is no longer told about a cancelled task once it has ended it: %s",
		async (how) => {
			const session = await bench.open();
			const task = await bench.started(session);
			const other = await bench.started(session);
			await cancel(bench, task.id);
			await cancel(bench, other.id);
			const { id, token } = task;
			const end = how === "not begun" ? "not-begun" : "handed-back";
			if (how === "result") await bench.tasks.complete([success(task)]);
			else await bench.tasks.giveBack([{ id, token, end, message: "" }]);
			const left = { id: other.id, token: other.token };
			expect((await bench.pulse(session)).marks).toEqual([left]);
		},
	);

	it("a result that comes before the cancel stands", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		await cancel(bench, task.id);
		await bench.tasks.complete([success(task)]);
		expect((await bench.read(task.id)).state).toBe("SUCCESS");
		expect(await cancel(bench, task.id)).toEqual({ code: "ended" });
	});

	it("a marked task that fails meanwhile is CANCELLED, and keeps what its code threw", async () => {
		const session = await bench.open();
		const { id, token } = await bench.started(session);
		await cancel(bench, id);
		const end = { state: "FAILURE", end: "failure", error: ERROR } as const;
		await bench.tasks.complete([{ id, token, startedMs: 7, ...end }]);
		expect(await bench.read(id)).toMatchObject({
			...{ state: "CANCELLED", error: ERROR },
			attempts: [{ end: "failure", startedMs: 7 }],
		});
	});

	it.each(["handed-back", "crashed", "snoozed", "failure"] as const)(
		"a marked task that its holder gives back meanwhile does not wait again: %s",
		async (end) => {
			const session = await bench.open();
			const { id, token } = await bench.started(session);
			await cancel(bench, id);
			const error = end === "failure" ? ERROR : undefined;
			const back =
				end === "handed-back" || end === "crashed"
					? { id, token, end, message: "" }
					: { id, token, end, error, startedMs: 7, afterMs: 0 };
			expect(await bench.tasks.giveBack([back])).toEqual(["ended"]);
			expect(await bench.read(id)).toMatchObject({
				...{ state: "CANCELLED", attempts: [{ end }] },
				error: error ?? { code: "cancelled" },
			});
			expect((await bench.claim(session)).tasks).toEqual([]);
		},
	);

	it("a marked task that has not begun when its holder gives it back shows no attempt", async () => {
		const session = await bench.open();
		const { id, token } = await bench.started(session);
		await cancel(bench, id);
		const back = { id, token, end: "not-begun", message: "" } as const;
		expect(await bench.tasks.giveBack([back])).toEqual(["ended"]);
		expect(await bench.read(id)).toMatchObject({
			...{ state: "CANCELLED", attempt: 0, attempts: [] },
			error: { code: "cancelled" },
		});
	});

	it.each(["revoke", "close"] as const)(
		"a marked task whose node is lost or leaves meanwhile does not wait again: %s",
		async (how) => {
			const session = await bench.open();
			const { id } = await bench.started(session);
			await cancel(bench, id);
			if (how === "close") await bench.sessions.close(session.name, 5);
			else
				await bench.sessions.revoke({
					...{ session: session.name, grounds: { when: "now" }, limit: 5 },
				});
			expect((await bench.read(id)).state).toBe("CANCELLED");
			expect((await bench.tasks.counts()).states).toMatchObject({
				...{ PENDING: 0, STARTED: 0, CANCELLED: 1 },
			});
		},
	);

	it("a running task cancelled by force is CANCELLED at once, late results are stale, and its holder is told all the same", async () => {
		const session = await bench.open();
		const task = await bench.started(session);
		expect(await cancel(bench, task.id, { force: true })).toEqual({
			...{ code: "cancelled", holder: session.name },
		});
		const { outcomes } = await bench.tasks.complete([success(task)]);
		expect(outcomes).toEqual(["stale_token"]);
		expect(await bench.read(task.id)).toMatchObject({
			...{ state: "CANCELLED", attempts: [{ end: "cancelled" }] },
		});
		const mark = { id: task.id, token: task.token };
		expect((await bench.pulse(session)).marks).toEqual([mark]);
	});

	it("a cancel of a round other than the present one does nothing", async () => {
		const [task] = await bench.submit({});
		const id = task?.id ?? "";
		expect(await cancel(bench, id, { round: 2 })).toEqual({ code: "same" });
		expect((await bench.read(id)).state).toBe("PENDING");
		expect(await cancel(bench, id, { round: 1 })).toMatchObject({
			code: "cancelled",
		});
	});

	it.each([false, true])(
		"a task that is cancelled twice at once ends once: by force %s",
		async (force) => {
			const session = await bench.open();
			const { id } = force
				? await bench.started(session)
				: ((await bench.submit({}))[0] as NewTask);
			const twice = [id, id].map((id) => ({ id, round: undefined }));
			const request = { tasks: twice, by: "ann", reason: "", force };
			expect(await bench.tasks.cancel(request)).toMatchObject([
				...[{ code: "cancelled" }, { code: "same" }],
			]);
			expect((await bench.read(id)).attempts).toHaveLength(force ? 1 : 0);
			expect((await bench.tasks.counts()).states).toMatchObject({
				...{ PENDING: 0, STARTED: 0, CANCELLED: 1 },
			});
			const { order } = await bench.world.places(bench.index);
			expect(order).toEqual([id]);
		},
	);

	it("a task that is no longer in the given state is left alone", async () => {
		const session = await bench.open();
		const running = await bench.started(session);
		const [waiting, later] = await bench.submit(
			{},
			{ options: { delay: "1h" } },
		);
		const tasks = [running.id, waiting?.id ?? "", later?.id ?? ""];
		const states = ["STARTED", "PENDING", "SCHEDULED"] as const;
		for (const state of states)
			for (const [i, id] of tasks.entries())
				if (states[i] !== state)
					expect(await cancel(bench, id, { state })).toEqual({ code: "same" });
		const read = await bench.tasks.get(tasks);
		expect(read.map((task) => task?.state)).toEqual([...states]);
		expect(read[0]?.cancel).toBeUndefined();
		for (const [i, id] of tasks.entries())
			expect(await cancel(bench, id, { state: states[i] })).toMatchObject({
				code: i === 0 ? "marked" : "cancelled",
			});
	});

	it("a task that does not exist cannot be cancelled", async () => {
		expect(await cancel(bench, bench.task().id)).toEqual({ code: "none" });
	});

	it("a cancelled task that is discarded leaves nothing behind, and its id is free again", async () => {
		const task = bench.task();
		await bench.tasks.submit([task]);
		await cancel(bench, task.id, { reason: "why" });
		expect(await bench.tasks.trim(keeping(0), 0)).toBe(1);
		await bench.tasks.submit([task]);
		const { state, cancel: wish } = await bench.read(task.id);
		expect([state, wish]).toEqual(["PENDING", undefined]);
	});
}
