/** When a node may rely on its number of shards. */
import { expect, test } from "vitest";
import { HomeWord } from "../../node/lease/home-word.ts";
import { StoreError, unsettled } from "../../node/ports.ts";

/** The word of a first shard that has, or has not, just said that the number is the node's. */
function wordOf(knowsNumber: boolean, answer: () => Promise<[]>) {
	const seen = { asked: 0 };
	const renewer = {
		...{ session: undefined, knowsNumber, renewedMs: undefined },
		hurry() {},
	};
	const get = () => {
		seen.asked += 1;
		return answer();
	};
	const home = new HomeWord([{ renewer, shard: { tasks: { get } } }]);
	return { home, seen };
}

test("a number that the first shard has just confirmed is not asked for again", async () => {
	const { home, seen } = wordOf(true, async () => []);
	await home.confirm();
	expect(seen.asked).toBe(0);
});

test("if it has not, it is asked each time, and nobody goes on if it has another", async () => {
	const { home, seen } = wordOf(false, async () => []);
	await home.confirm();
	await home.confirm();
	expect(seen.asked).toBe(2);
	const other = wordOf(false, () => Promise.reject(unsettled()));
	await expect(other.home.confirm()).rejects.toMatchObject({
		kind: "unsettled",
	});
});

test("a first shard that owes its answer leaves no doubt about what was not sent", async () => {
	const { home } = wordOf(false, () =>
		Promise.reject(new StoreError("unknown", "the connection was lost")),
	);
	await expect(home.confirm()).rejects.toMatchObject({ kind: "unreachable" });
});
