/** Pages across shards: no task is passed over, and none comes twice. */
import { expect, test } from "vitest";
import {
	beforeSeqIn,
	behind,
	mergeLanes,
	readCursor,
	searchedTo,
	TOP,
	writeCursor,
} from "../../protocol/page.ts";
import type { TaskRecord } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";

function task(seq: number): TaskRecord {
	return {
		...{
			id: `t${seq}`,
			route: "q|t|",
			priority: 5,
			options: PLAIN,
			payload: "null",
		},
		...{ state: "PENDING", seq, createdMs: 0, attempt: 0 },
		...{ round: 1, failures: 0, crashes: 0, losses: 0, attempts: [] },
	};
}

function lane(shard: number, seqs: readonly number[], downToSeq: number) {
	return { shard, found: seqs.map(task), downToSeq };
}

const placesOf = (lanes: Parameters<typeof mergeLanes>[0]) =>
	mergeLanes(lanes).map(({ task, shard }) => `${task.seq}.${shard}`);

test("tasks of all shards are merged by creation, newest first, and of one number the lower shard's first", () => {
	const lanes = [lane(0, [9, 5, 3], 0), lane(1, [7, 5], 0)];
	expect(placesOf(lanes)).toEqual(["9.0", "7.1", "5.0", "5.1", "3.0"]);
	expect(searchedTo(lanes)).toBe(0);
});

test("tasks older than what was looked at in every shard have to wait", () => {
	const lanes = [lane(0, [9, 8], 8), lane(1, [8, 7, 5], 0)];
	expect(placesOf(lanes)).toEqual(["9.0", "8.0", "8.1"]);
	expect(searchedTo(lanes)).toBe(8);
});

test("behind a task come older ones, and those of its number in later shards", () => {
	const position = { seq: 6, shard: 1 };
	expect([0, 1, 2].map((shard) => beforeSeqIn(shard, position))).toEqual([
		...[6, 6, 7],
	]);
	expect(beforeSeqIn(255, behind(6))).toBe(6);
	expect(beforeSeqIn(0, TOP)).toBe(2 ** 45);
});

test("a cursor is one of its own list only", () => {
	const place = { seq: 6, shard: 0, pass: 1 };
	const cursor = writeCursor(place, "1x2");
	expect(readCursor(cursor, "1x2")).toEqual(place);
	expect(readCursor(cursor, "1x3")).toBeUndefined();
	for (const text of [
		"",
		"6",
		"6.0",
		"6.0.1",
		"x.0.1.1x2",
		"6.0.1.1x2.",
		"-1.0.1.1x2",
	])
		expect(readCursor(text, "1x2")).toBeUndefined();
});
