/** A client that reads events: from one node after the other, and from its last id. */
import { expect, test } from "vitest";
import { Refused } from "../../protocol/client/client.ts";
import {
	type EventRead,
	type EventsOptions,
	readEvents,
} from "../../protocol/client/events.ts";
import type { EventAsRead } from "../../protocol/schema/events.ts";
import { MessageReader, writeMessage } from "../../protocol/sse.ts";

/** What a node answers: pieces of a stream, which then ends or breaks off; or nothing. */
type Answer =
	| { pieces: readonly string[]; breaks?: true }
	| "none"
	| "busy"
	| "limited";

const ended = (id: string): string => {
	const data: EventAsRead = { kind: "task.ended", task: id };
	return writeMessage({ event: "task.ended", id, data: JSON.stringify(data) });
};

const problem = (status: number, detail: string) => ({
	...{ status, headers: { get: () => "application/problem+json" } },
	text: async () => JSON.stringify({ status, detail }),
	body: null,
});

/** Reads until all answers were given. */
async function read(
	answers: Record<string, Answer[]>,
	options: Partial<EventsOptions> = {},
) {
	const asked: string[] = [];
	const told: EventRead[] = [];
	const pauses: number[] = [];
	const done = new AbortController();
	const events = readEvents({
		urls: () => Object.keys(answers),
		signal: done.signal,
		pause: (ms, signal) => {
			// Only the watch over a connection waits for so long.
			if (ms > 5_000)
				return new Promise((resolve) =>
					signal.addEventListener("abort", () => resolve(), { once: true }),
				);
			pauses.push(ms);
			return Promise.resolve();
		},
		async fetch(url, { headers }) {
			const { origin, search } = new URL(url);
			asked.push(`${origin}${search} ${headers["last-event-id"] ?? "-"}`);
			const answer = answers[origin]?.shift();
			if (answer === undefined) done.abort();
			if (answer === undefined || answer === "none") throw new Error("away");
			if (typeof answer === "string")
				return problem(answer === "busy" ? 503 : 429, "Try again.");
			const { pieces, breaks } = answer;
			return {
				...{ status: 200, headers: { get: () => "text/event-stream" } },
				text: async () => "",
				body: (async function* () {
					for (const piece of pieces) yield new TextEncoder().encode(piece);
					if (breaks) throw new Error("broken off");
				})(),
			};
		},
		...options,
	});
	for await (const one of events) told.push(one);
	return {
		asked,
		told: told.map(({ event }) => event.task ?? event.kind),
		pauses,
	};
}

test("it goes on from the last id on the next node, whatever ends a connection", async () => {
	const cut = ended("c").slice(0, 20);
	const { asked, told } = await read({
		"http://a": [
			{
				pieces: [": hello\nretry: 5\n\nid: 0\n\n", ended("a") + cut],
				breaks: true,
			},
			{ pieces: [ended("c"), "id: 9\n\n"] },
			{ pieces: [ended("d")] },
		],
		"http://b": ["none", "busy", "limited"],
	});
	expect(told).toEqual(["a", "c", "d"]);
	expect(asked.slice(0, 7)).toEqual([
		...["http://a -", "http://b a", "http://a a", "http://b 9", "http://a 9"],
		...["http://b d", "http://a d"],
	]);
});

test("it asks a node that a stopping one has named", async () => {
	const data = JSON.stringify({ kind: "closing", nodes: ["http://b"] });
	const { asked, told } = await read({
		"http://a": [{ pieces: [ended("1"), `event: closing\ndata: ${data}\n\n`] }],
	});
	expect(told).toEqual(["1"]);
	expect(asked.slice(0, 2)).toEqual(["http://a -", "http://b 1"]);
});

test("it waits longer and longer while nobody answers", async () => {
	const nobody = Array.from({ length: 8 }, () => "none" as const);
	const { pauses } = await read({ "http://a": nobody });
	expect(pauses).toEqual([
		100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000, 2_000,
	]);
});

test("it asks for what is wanted, from where it is told to", async () => {
	const wanted = { kind: ["task.ended", "audit"], tag: ["x y"] } as const;
	const { asked } = await read({ "http://a": [] }, { wanted, after: "7" });
	expect(asked).toEqual(["http://a?kind=task.ended&kind=audit&tag=x%20y 7"]);
});

test("what a node refuses for good is an error", async () => {
	const fetch = async () => problem(400, "No such kind.");
	await expect(read({ "http://a": [] }, { fetch })).rejects.toThrow(Refused);
});

test("a node from which nothing comes is left", async () => {
	const done = new AbortController();
	let asked = 0;
	const events = readEvents({
		urls: () => ["http://a"],
		signal: done.signal,
		// Time flies.
		pause: () => new Promise((resolve) => setImmediate(resolve)),
		fetch: (_url, { signal }) =>
			new Promise((_resolve, reject) => {
				asked += 1;
				signal.addEventListener("abort", () => reject(new Error("left")));
				if (asked === 3) done.abort();
			}),
	});
	expect(await events.next()).toMatchObject({ done: true });
	expect(asked).toBe(3);
});

test("messages are read however their text is cut", () => {
	const text = `: hi\r\nid: 1\r\ndata: a\r\ndata:b\r\n\r\n\n${writeMessage({ event: "e", id: "2", data: "ä", retryMs: 7 })}data`;
	const whole = new MessageReader().push(text);
	expect(whole).toEqual([
		{ event: undefined, id: "1", data: "a\nb" },
		{ event: "e", id: "2", data: "ä", retryMs: 7 },
	]);
	for (let at = 0; at < text.length; at++) {
		const reader = new MessageReader();
		const parts = [text.slice(0, at), text.slice(at)];
		expect(parts.flatMap((part) => reader.push(part))).toEqual(whole);
	}
});
