/** The codec lets in what it wrote, and nothing that is out of bounds. */
import { describe, expect, test } from "vitest";
import {
	type Announcement,
	type Answer,
	type Digest,
	decodeGossip,
	encodeGossip,
	type Question,
} from "../../protocol/gossip.ts";
import {
	ANNOUNCE_QUOTAS_MAX,
	ANNOUNCE_ROUTES_MAX,
	CONCURRENCY_MAX,
	DIGEST_PEERS_MAX,
	GOSSIP_BYTES_MAX,
	LABEL_CHARS_MAX,
	LABELS_MAX,
	PRIORITY_MAX,
	QUEUE_CHARS_MAX,
	QUOTAS_MAX,
	TYPE_CHARS_MAX,
} from "../../protocol/limits.ts";
import { formatRoute } from "../../protocol/route.ts";

const digest: Digest = {
	kind: "digest",
	from: "12D3KooWnode",
	epoch: 3,
	seq: 17,
	freeSlots: 4,
	running: 2,
	load: 0.25,
	memoryBytes: 120_586_240,
	storeUp: true,
	draining: false,
	peers: ["abcdefgh"],
};
const atRisk: Digest = { ...digest, atRisk: true };
const announcement: Announcement = {
	kind: "announce",
	from: "12D3KooWnode",
	epoch: 3,
	seq: 18,
	routes: [
		{ shard: 0, route: "default|resize|", count: 5, topPriority: 9 },
		{
			...{ shard: 0, route: "default|render|", count: 3, topPriority: 5 },
			quotas: [
				["abcdefgh", 2],
				["ijklmnop", 1],
			],
		},
	],
};
const question: Question = {
	...{ kind: "question", from: "12D3KooWnode", epoch: 3, seq: 19 },
	about: "12D3KooWother",
};
const answer: Answer = {
	...{ kind: "answer", from: "12D3KooWnode", epoch: 3, seq: 20 },
	...{ to: "12D3KooWother", asked: { epoch: 2, seq: 5 } },
	...{ away: true, reaches: false },
};
const bytes = (value: unknown) =>
	new TextEncoder().encode(
		typeof value === "string" ? value : JSON.stringify(value),
	);

test.each([digest, atRisk, announcement, question, answer])(
	"a $kind comes back as it was",
	(message) => {
		expect(decodeGossip(encodeGossip(message))).toEqual(message);
	},
);

test("a digest of an earlier version says nothing of memory", () => {
	const { memoryBytes: _memoryBytes, ...earlier } = digest;
	expect(decodeGossip(encodeGossip(earlier))).toEqual(earlier);
});

test("a question need not be about anybody", () => {
	const { about: _about, ...plain } = question;
	expect(decodeGossip(encodeGossip(plain))).toEqual(plain);
});

test("fields that are not known are left behind", () => {
	const message = decodeGossip(bytes({ v: 2, ...digest, extra: "x" }));
	expect(message).toEqual(digest);
});

test("an announcement of the longest routes fits", () => {
	const parts = {
		queue: "q".repeat(QUEUE_CHARS_MAX),
		type: "t".repeat(TYPE_CHARS_MAX),
		labels: Array.from({ length: LABELS_MAX }, (_, i) =>
			`${i}`.padEnd(LABEL_CHARS_MAX, "l"),
		),
	};
	const longest: Announcement = {
		...announcement,
		from: "x".repeat(128),
		routes: Array.from({ length: ANNOUNCE_ROUTES_MAX }, (_, i) => ({
			shard: 255,
			route: formatRoute(parts),
			count: Number.MAX_SAFE_INTEGER,
			topPriority: PRIORITY_MAX,
			...(i < ANNOUNCE_QUOTAS_MAX / QUOTAS_MAX && {
				quotas: Array(QUOTAS_MAX).fill(["x".repeat(8), CONCURRENCY_MAX]),
			}),
		})),
	};
	expect(decodeGossip(encodeGossip(longest))).toEqual(longest);
});

test("a message over the limit is not encoded", () => {
	const message = { ...digest, from: "x".repeat(GOSSIP_BYTES_MAX) };
	expect(() => encodeGossip(message)).toThrow(RangeError);
});

describe("dropped as malformed:", () => {
	const [route] = announcement.routes;
	test.each([
		["nothing", ""],
		["no JSON", "{"],
		["no object", "[1]"],
		["null", "null"],
		["another version", { v: 1, ...digest }],
		["another kind", { v: 2, ...digest, kind: "gossip" }],
		["no sender", { v: 2, ...digest, from: "" }],
		["an endless sender", { v: 2, ...digest, from: "x".repeat(129) }],
		["a negative epoch", { v: 2, ...digest, epoch: -1 }],
		["a broken number", { v: 2, ...digest, seq: 1.5 }],
		["a load above 1", { v: 2, ...digest, load: 1.1 }],
		["a load that is none", { v: 2, ...digest, load: null }],
		["less memory than none", { v: 2, ...digest, memoryBytes: -1 }],
		["a memory that is none", { v: 2, ...digest, memoryBytes: null }],
		["too many slots", { v: 2, ...digest, freeSlots: CONCURRENCY_MAX + 1 }],
		["a store that is maybe", { v: 2, ...digest, storeUp: "yes" }],
		[
			"too many peers",
			{ v: 2, ...digest, peers: Array(DIGEST_PEERS_MAX + 1).fill("a") },
		],
		["a long peer", { v: 2, ...digest, peers: ["abcdefghi"] }],
		["no routes", { v: 2, ...announcement, routes: [] }],
		[
			"too many routes",
			{ v: 2, ...announcement, routes: Array(65).fill(route) },
		],
		[
			"a bad route",
			{ v: 2, ...announcement, routes: [{ ...route, route: "x" }] },
		],
		["no tasks", { v: 2, ...announcement, routes: [{ ...route, count: 0 }] }],
		[
			"a priority out of range",
			{ v: 2, ...announcement, routes: [{ ...route, topPriority: 256 }] },
		],
		["a question about nobody", { v: 2, ...question, about: "" }],
		["a question about something", { v: 2, ...question, about: 5 }],
		["an answer to nobody", { v: 2, ...answer, to: "" }],
		["an answer to nothing", { v: 2, ...answer, asked: undefined }],
		["an answer to half a question", { v: 2, ...answer, asked: { seq: 5 } }],
		["an answer that is maybe", { v: 2, ...answer, away: 1 }],
		["an answer that reaches half", { v: 2, ...answer, reaches: 0.5 }],
		["too much", " ".repeat(GOSSIP_BYTES_MAX + 1)],
	])("%s", (_what, value) => {
		expect(decodeGossip(bytes(value))).toBeUndefined();
	});

	test("bytes that are not UTF-8", () => {
		expect(decodeGossip(new Uint8Array([0x22, 0xff, 0x22]))).toBeUndefined();
	});
});
