/** Why a task waits, until when, and how many are before it, as read over HTTP. */
import { expect, test } from "vitest";
import { startServer } from "./http-server.ts";

test("a waiting task that no living node can run says so, and what is missing", async () => {
	await using server = await startServer();
	await server.post("/v1/tasks", { id: "a", type: "resize" });
	const { unserved, waiting } = (await server.get("/v1/tasks/a")).json;
	expect([unserved, waiting]).toEqual([undefined, { for: "slot", ahead: 0 }]);
	server.api.lacks = 'the type "resize"';
	const lacking = { for: "unserved", missing: 'the type "resize"' };
	expect((await server.get("/v1/tasks/a")).json).toMatchObject({
		...{ unserved: true, waiting: { ...lacking, ahead: 0 } },
	});
	const { tasks } = (await server.get("/v1/tasks")).json;
	expect(tasks[0]).toMatchObject({ unserved: true });
	expect(tasks[0].waiting).toEqual(lacking);
	const { backlog } = (await server.get("/v1/cluster")).json;
	expect(backlog[0].unserved).toBe(true);
	server.api.end("a", "1");
	const { json } = await server.get("/v1/tasks/a");
	expect(json).not.toHaveProperty("unserved");
	expect(json).not.toHaveProperty("waiting");
});

test("a waiting task says how many wait before it, and a running one waits for nothing", async () => {
	await using server = await startServer();
	for (const id of ["a", "b"])
		await server.post("/v1/tasks", { id, type: "t" });
	const waitingOf = async (id: string) =>
		(await server.get(`/v1/tasks/${id}`)).json.waiting;
	expect(await waitingOf("b")).toEqual({ for: "slot", ahead: 1 });
	const run = { token: 3, round: 1, nodeId: "n", epoch: 1, claimedMs: 0 };
	server.api.change("a", { state: "STARTED", attempt: 1, attempts: [run] });
	expect(await waitingOf("a")).toBeUndefined();
	expect(await waitingOf("b")).toEqual({ for: "slot", ahead: 0 });
});

test.each([
	["due", undefined],
	["due", "snoozed"],
	["due", "handed-back"],
	["retry", "failure"],
	["retry", "timeout"],
] as const)(
	"a task that is not due yet waits for %s after %s, and says until when",
	async (what, end) => {
		await using server = await startServer();
		await server.post("/v1/tasks", { id: "a", type: "t", delay: "1h" });
		if (end !== undefined) {
			const over = {
				round: 1,
				token: 3,
				nodeId: "n",
				epoch: 1,
				claimedMs: 0,
				endedMs: 1,
			};
			server.api.change("a", { attempts: [{ ...over, end }] });
		}
		const { json } = await server.get("/v1/tasks/a");
		expect(json.waiting).toEqual({ for: what, until: json.dueAt });
		expect(json).not.toHaveProperty("unserved");
		// That it will then wait in vain is known now.
		server.api.lacks = 'the label "gpu"';
		const lacking = (await server.get("/v1/tasks/a")).json;
		expect(lacking).toMatchObject({
			...{ unserved: true, waiting: { for: what, missing: 'the label "gpu"' } },
		});
	},
);
