/**
 * Questions about the whole cluster: many at once cost as little as two, and no answer is
 * older than its question.
 */
import { expect, test } from "vitest";
import { jointRead } from "../../node/http/door/joint-read.ts";

/** Reads that end when they are told to, numbered as they begin. */
function reads() {
	const begun: PromiseWithResolvers<number>[] = [];
	const ask = jointRead(() => {
		const read = Promise.withResolvers<number>();
		begun.push(read);
		return read.promise;
	});
	return { begun, ask };
}

test("requests that come while a read is under way share the next one", async () => {
	const { begun, ask } = reads();
	const first = ask();
	const others = Array.from({ length: 1_000 }, () => ask());
	expect(begun).toHaveLength(1);
	begun[0]?.resolve(1);
	expect(await first).toBe(1);
	expect(begun).toHaveLength(2);
	const later = ask();
	begun[1]?.resolve(2);
	expect(new Set(await Promise.all(others))).toEqual(new Set([2]));
	begun[2]?.resolve(3);
	expect(await later).toBe(3);
	expect(begun).toHaveLength(3);
});

test("a failed read is an answer to those who share it, and to nobody else", async () => {
	const { begun, ask } = reads();
	const first = ask();
	const second = ask();
	begun[0]?.reject(new Error("away"));
	await expect(first).rejects.toThrow("away");
	begun[1]?.resolve(2);
	expect(await second).toBe(2);
	const third = ask();
	begun[2]?.resolve(3);
	expect(await third).toBe(3);
});
