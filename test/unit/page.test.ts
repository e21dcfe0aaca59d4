/** Pages across shards: nothing is passed over, nothing comes twice. */
import { expect, test } from "vitest";
import { mergePages, readCursor } from "../../protocol/page.ts";
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

function page(shard: number, seqs: readonly number[], more: boolean) {
	return { shard, tasks: seqs.map(task), more };
}

const seqsOf = ({ tasks }: { tasks: readonly TaskRecord[] }) =>
	tasks.map(({ seq }) => seq);

test("tasks of all shards are merged by creation, newest first", () => {
	const merged = mergePages(
		[page(0, [9, 3], false), page(1, [7, 5], false)],
		9,
	);
	expect(seqsOf(merged)).toEqual([9, 7, 5, 3]);
	expect(merged.cursor).toBeUndefined();
});

test("what is older than the end of a shard's cut page waits for the next page", () => {
	const merged = mergePages([page(0, [9, 8], true), page(1, [7, 5], false)], 9);
	expect(seqsOf(merged)).toEqual([9, 8]);
	expect(merged.cursor).toBe("8.0");
});

test("a page ends at its limit, and the cursor names its last task", () => {
	const merged = mergePages(
		[page(0, [9, 6], false), page(1, [7, 5], false)],
		3,
	);
	expect(seqsOf(merged)).toEqual([9, 7, 6]);
	expect(merged.cursor).toBe("6.0");
	expect(readCursor("6.0")).toEqual({ seq: 6, shard: 0 });
});

test("no cursor begins at the top, and what is not a cursor is none", () => {
	expect(readCursor(undefined)?.seq).toBe(2 ** 45);
	for (const text of ["", "6", "6.", "6.0.0", "x.0", "6.1000", "-1.0"]) {
		expect(readCursor(text)).toBeUndefined();
	}
});
