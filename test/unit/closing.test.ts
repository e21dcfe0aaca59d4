/** What fails to close does not keep the rest open. */
import { expect, test } from "vitest";
import { closeAll } from "../../node/closing.ts";
import { RecordedLog } from "../contract/recorded-log.ts";

test("all are closed in order, and the first error is told", async () => {
	const closed: string[] = [];
	const log = new RecordedLog();
	const failure = new Error("no goodbye");
	const first = await closeAll(
		[
			() => Promise.reject(failure),
			async () => void closed.push("http"),
			() => {
				throw new Error("not even begun");
			},
			() => undefined,
			async () => void closed.push("store"),
		],
		log,
	);
	expect(first).toBe(failure);
	expect(closed).toEqual(["http", "store"]);
	expect(log.entries.map(([level]) => level)).toEqual(["error", "error"]);
});
