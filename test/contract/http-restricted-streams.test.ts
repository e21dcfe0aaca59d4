/** Events, frames and statistics for tokens that are restricted to some queues or types. */
import { expect, test } from "vitest";
import { EXAMPLES } from "../../protocol/schema/examples.ts";
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

async function readLive(server: Server, headers: Record<string, string>) {
	const { status } = await server.get("/v1/live", headers);
	expect(status).toBe(200);
}

test("frames are read within what a token reaches", async () => {
	await using server = await closed();
	server.live.frames = [EXAMPLES.LiveFrame];
	const both = { queues: ["images"], types: ["resize"] };
	const ofQueue = { queues: ["images", "mail"] };
	for (const [i, to] of [both, ofQueue].entries()) {
		const own = await tokenFor(server, `own${i}`, { role: "read", ...to });
		await readLive(server, own);
	}
	await readLive(server, as("read"));
	expect(server.live.asked).toEqual([both, ofQueue, undefined]);
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
