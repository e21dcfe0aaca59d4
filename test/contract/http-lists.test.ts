/**
 * Lists and `/status/all`: how many are read at once, and who waits for them.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { LISTS_MAX, LISTS_WAITING_MAX } from "../../protocol/limits.ts";
import { type Server, startServer } from "./http-server.ts";

/** The paths of lists of whole tasks. */
const LISTS = ["/v1/tasks?full=true", "/status/all"];

/** Asks for so many lists, of both kinds, at once. */
function askForLists(server: Server, count: number) {
	return Array.from({ length: count }, (_, i) =>
		server.get(LISTS[i % 2] as string),
	);
}

test("a few of many lists are read at once, some wait, the rest are refused", async () => {
	await using server = await startServer();
	const hold = Promise.withResolvers<void>();
	server.api.listsHeld = hold.promise;
	const room = LISTS_MAX + LISTS_WAITING_MAX;
	const answers = askForLists(server, room + 2);
	// The last ones are refused at once; the others wait for the store.
	const refused = await Promise.race(answers);
	expect([refused.status, refused.json.code]).toEqual([503, "overloaded"]);
	expect(refused.headers.get("retry-after")).toBe("1");
	expect(server.api.lists).toBe(LISTS_MAX);
	expect((await server.get("/v1/tasks/none")).status).toBe(404);
	hold.resolve();
	const statuses = (await Promise.all(answers)).map(({ status }) => status);
	expect(statuses.filter((status) => status === 200)).toHaveLength(room);
	expect((await server.get("/v1/tasks")).status).toBe(200);
});

test("lists without payloads do not wait for those with them", async () => {
	await using server = await startServer();
	const hold = Promise.withResolvers<void>();
	server.api.listsHeld = hold.promise;
	const whole = askForLists(server, LISTS_MAX);
	await expect.poll(() => server.api.lists).toBe(LISTS_MAX);
	server.api.listsHeld = undefined;
	for (const path of ["/v1/tasks", "/v1/tasks?type=t"])
		expect((await server.get(path)).status).toBe(200);
	hold.resolve();
	for (const { status } of await Promise.all(whole)) expect(status).toBe(200);
});

test.each(LISTS)(
	"clients that do not take their lists do not shut out others: %s",
	async (path) => {
		await using server = await startServer();
		const result = JSON.stringify("x".repeat(250_000));
		for (let task_id = 0; task_id < 60; task_id++) {
			await server.post("/add_task", { task_id, task_data: "x" });
			server.api.end(String(task_id), result);
		}
		const port = Number(server.address.split(":")[1]);
		const open = [];
		for (let i = 0; i < 3 * LISTS_MAX; i++) {
			const socket = connect(port, "127.0.0.1");
			socket.on("error", () => {}); // Being cut off is what is expected.
			socket.write(
				"GET /v1/tasks?limit=500 HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(3),
			);
			open.push(socket);
		}
		await once(open[0] as Socket, "readable"); // And takes nothing of it.
		expect((await server.get(path)).status).toBe(200);
		for (const socket of open) socket.destroy();
	},
);

test("a client that hangs up while waiting makes room for another", async () => {
	await using server = await startServer();
	const hold = Promise.withResolvers<void>();
	server.api.listsHeld = hold.promise;
	const first = askForLists(server, LISTS_MAX);
	await expect.poll(() => server.api.lists).toBe(LISTS_MAX);
	const hangUp = new AbortController();
	const { signal } = hangUp;
	const url = `http://${server.address}${LISTS[0]}`;
	const waiting = Array.from({ length: LISTS_WAITING_MAX }, () =>
		fetch(url, { signal }).catch((error: Error) => error.name),
	);
	await expect.poll(async () => refusedOne(server)).toBe(true);
	hangUp.abort();
	await Promise.all(waiting);
	await expect.poll(async () => refusedOne(server)).toBe(false);
	hold.resolve();
	for (const { status } of await Promise.all(first)) expect(status).toBe(200);
});

/** Whether one more list would be refused; it does not stay to wait. */
async function refusedOne(server: Server): Promise<boolean> {
	const signal = AbortSignal.timeout(100);
	const answer = fetch(`http://${server.address}${LISTS[0]}`, { signal });
	return await answer.then(
		({ status }) => status === 503,
		() => false,
	);
}
