/** A client that reads frames: from the page's own node, and from others while that is away. */
import { expect, test } from "vitest";
import { readLive } from "../../protocol/client/live.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import { writeMessage } from "../../protocol/sse.ts";

const frame = (by: string) => {
	const first: LiveFrame = { kind: "first", nowMs: 1, by };
	return writeMessage({ event: "first", data: JSON.stringify(first) });
};

/** What each node answers, in turn: the text of a stream, a status, or nothing. */
async function read(answers: Record<string, (string | number | undefined)[]>) {
	const asked: string[] = [];
	const told: string[] = [];
	const pauses: number[] = [];
	const done = new AbortController();
	const reading = readLive({
		urls: () => Object.keys(answers),
		...{ token: "hs_read_x", signal: done.signal },
		pause: (ms, signal) => {
			// Only the watch over a connection waits for so long.
			if (ms >= 2_000)
				return new Promise((resolve) =>
					signal.addEventListener("abort", () => resolve(), { once: true }),
				);
			pauses.push(ms);
			return Promise.resolve();
		},
		async fetch(url, { headers }) {
			const { origin, pathname } = new URL(url);
			asked.push(`${origin.slice(-1)}${pathname} ${headers.authorization}`);
			const left = answers[origin];
			if (left?.length === 0) done.abort();
			const answer = left?.shift();
			if (answer === undefined) throw new TypeError("Failed to fetch");
			const isRefused = typeof answer === "number";
			const type = isRefused ? "application/problem+json" : "text/event-stream";
			return {
				...{ status: isRefused ? answer : 200, headers: { get: () => type } },
				text: async () =>
					JSON.stringify({ status: answer, code: "unauthorized" }),
				body: (async function* () {
					yield new TextEncoder().encode(String(answer));
				})(),
			};
		},
	});
	for await (const each of reading)
		told.push("frame" in each ? (each.frame.by ?? "") : each.error.name);
	return { asked, told, pauses };
}

test("a stream that ends is begun anew, with the first node again", async () => {
	const { asked, told } = await read({
		"http://a": [frame("a"), undefined, frame("a")],
		"http://b": [frame("b")],
	});
	expect(asked.map((each) => each[0])).toEqual(["a", "a", "b", "a", "a"]);
	expect(told).toEqual([
		...["a", "NoAnswer", "NoAnswer", "b", "NoAnswer", "a", "NoAnswer"],
	]);
	expect(asked[0]).toBe("a/v1/live Bearer hs_read_x");
});

test("while no node answers it is asked less and less often", async () => {
	const { pauses } = await read({ "http://a": Array(4).fill(undefined) });
	expect(pauses).toEqual([100, 200, 400, 800]);
});

test("a client that is not let in is told so once", async () => {
	const { asked, told } = await read({ "http://a": [401], "http://b": [] });
	expect([asked.length, told]).toEqual([1, ["Refused"]]);
});
