/** Events, frames and statistics for tokens that are restricted to some queues or types. */
import { expect, test } from "vitest";
import { EXAMPLES } from "../../protocol/schema/examples.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import { MessageReader } from "../../protocol/sse.ts";
import { noSums } from "../../protocol/work-sums.ts";
import { AS_OF_MS } from "../fakes/overview.ts";
import { as, closed, tokenFor } from "./http-closed.ts";
import type { Server } from "./http-server.ts";

/** Only a token that reaches everything may be told this. */
const OTHER = "theirs";
const OWN = { queue: "images", type: "resize" };
const THEIRS = [
	{ queue: OTHER, type: "resize" },
	{ queue: "images", type: OTHER },
	{ queue: OTHER, type: OTHER },
];
const { figures: FIGURES, lanes: LANES, queues: QUEUES } = EXAMPLES.LiveFrame;
const [BAR] = LANES?.attempts ?? [];
const [ROW] = QUEUES ?? [];
if (!FIGURES || !LANES || !BAR || !ROW) throw new Error("the example has them");
const at = "2026-11-29T12:00:00.300Z";

/** Events of tasks of all kinds, of nodes, and of what users did. */
const FRAME: LiveFrame = {
	...EXAMPLES.LiveFrame,
	lanes: {
		...LANES,
		attemptsMore: 7,
		attempts: [
			{ ...BAR, ...OWN, task: "own" },
			...THEIRS.map((parts) => ({ ...BAR, ...parts, task: OTHER })),
			// Nobody knows what it is.
			{ shard: 0, token: 1, task: OTHER, n: 0, claimedMs: 1 },
		],
	},
	figures: {
		...FIGURES,
		failing: {
			...{ ended: 9, failed: 3 },
			types: [
				{ type: "resize", failed: 2 },
				{ type: OTHER, failed: 1 },
			],
		},
		oldest: { ...{ queue: OTHER, type: OTHER }, id: OTHER, sinceMs: 1 },
	},
	events: [
		{ ...OWN, kind: "task.deleted", at, task: "own" },
		...THEIRS.map((parts) => ({
			...({ ...parts, kind: "task.deleted", at, task: OTHER } as const),
		})),
		{ kind: "task.deleted", at, task: OTHER },
		{ kind: "node.dead", at, node: "node-a" },
		{ kind: "audit", at, audit: { by: OTHER } },
	],
	eventsMore: 5,
	queues: [
		{ ...ROW, ...OWN },
		...THEIRS.map((parts) => ({ ...ROW, ...parts })),
	],
	queuesMore: 3,
};

async function frameFor(
	server: Server,
	headers: Record<string, string>,
	page = "cluster",
): Promise<{ readonly frame: LiveFrame; readonly text: string }> {
	const { status, text } = await server.get(`/v1/live?page=${page}`, headers);
	expect(status).toBe(200);
	const messages = new MessageReader().push(text);
	const first = messages.find(({ event }) => event === "first");
	return { frame: JSON.parse(first?.data ?? "null"), text };
}

test("frames tell a restricted token of its own tasks, of nodes, and of the cluster in numbers", async () => {
	await using server = await closed();
	server.live.frames = [FRAME];
	const restrict = (name: string, to: object) =>
		tokenFor(server, name, { role: "read", ...to });
	const both = await restrict("both", {
		...{ queues: ["images"], types: ["resize"] },
	});
	const ofQueue = await restrict("queue", { queues: ["images"] });
	const ofType = await restrict("type", { types: ["resize"] });
	const all = await frameFor(server, as("read"));
	expect(all.frame).toEqual(FRAME);

	const { frame, text } = await frameFor(server, both);
	expect(text).not.toContain(OTHER);
	expect(frame.lanes?.attempts).toEqual([{ ...BAR, ...OWN, task: "own" }]);
	expect(frame.lanes?.cells).toEqual(FRAME.lanes?.cells);
	expect(frame.queues).toMatchObject([OWN]);
	expect(frame.events?.map(({ kind }) => kind)).toEqual([
		...["task.deleted", "node.dead"],
	]);
	const { nodes, deaths, series } = FRAME;
	expect(frame).toMatchObject({ nodes, deaths, series });
	expect(frame.figures).toMatchObject({ pending: 12, failing: { failed: 3 } });
	expect(text).not.toMatch(/"(attempts|events|queues)More"/);

	const queue = await frameFor(server, ofQueue);
	const tasks = queue.frame.lanes?.attempts ?? [];
	expect(tasks.map((bar) => bar.queue)).toEqual(["images", "images"]);
	// They are counted by type alone, so some may be of other queues.
	expect(queue.frame.figures?.failing.types).toEqual([]);
	const type = await frameFor(server, ofType);
	expect(type.frame.lanes?.attempts.map((bar) => bar.type)).toEqual([
		...["resize", "resize"],
	]);
	expect(type.frame.figures?.failing.types).toEqual([
		{ type: "resize", failed: 2 },
	]);

	const summary = await frameFor(server, both, "summary");
	expect(summary.text).not.toContain(OTHER);
	expect(summary.frame).not.toHaveProperty("lanes");
	expect((await frameFor(server, as("read"))).frame).toEqual(FRAME);
});

test("the oldest task is told only to a token that reaches it", async () => {
	await using server = await closed();
	const oldest = { ...OWN, id: "own", sinceMs: 1 };
	server.live.frames = [{ ...FRAME, figures: { ...FIGURES, oldest } }];
	const own = await tokenFor(server, "own", {
		...{ role: "read", queues: ["images"] },
	});
	expect((await frameFor(server, own)).frame.figures).toMatchObject({ oldest });
});

test("a token reads only the events that it reaches, whatever it asks for", async () => {
	await using server = await closed();
	server.events.end("slow");
	const own = await tokenFor(server, "own", {
		...{ role: "submit", queues: ["images"], types: ["resize"] },
	});
	const path = "/v1/events?queue=theirs&task=a";
	expect((await server.get(path, own)).status).toBe(200);
	await server.get(path, as("read"));
	const [restricted, whole] = server.events.wishes.map(({ query }) => query);
	expect(restricted).toMatchObject({
		...{ queues: ["theirs"], tasks: ["a"] },
		within: { queues: ["images"], types: ["resize"] },
	});
	expect(whole).not.toHaveProperty("within");
});

test("statistics cover what a token reaches, without what is summed up beyond the most that is kept", async () => {
	await using server = await closed();
	const parts = [OWN, ...THEIRS, { queue: "other", type: "other" }];
	const series = parts.map((each) => ({ ...noSums(), ...each, ended: 1 }));
	server.overview.steps = [{ atMs: AS_OF_MS, series }];
	const told = async (restricted: object) => {
		const name = `t${JSON.stringify(restricted).length}`;
		const own = await tokenFor(server, name, { role: "read", ...restricted });
		const { status, json } = await server.get("/v1/stats", own);
		expect(status).toBe(200);
		return json.series.map(({ queue, type }: typeof OWN) => [queue, type]);
	};
	expect(await told({ queues: ["images"], types: ["resize"] })).toEqual([
		["images", "resize"],
	]);
	expect(await told({ queues: ["other"] })).toEqual([]);
	expect((await server.get("/v1/stats", as("read"))).json.series).toHaveLength(
		parts.length,
	);
});
