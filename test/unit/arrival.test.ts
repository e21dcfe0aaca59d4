/** Why, and for how long, new tasks wait on a node that has just begun. */
import { expect, test } from "vitest";
import { Arrival } from "../../node/peers/arrival.ts";
import { Submitter } from "../../node/work/submitter.ts";
import { ARRIVAL_MS_MAX, DIAL_SOME } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { newTask } from "../new-task.ts";
import { AROUND_SUBMITTER, standInShard } from "../stand-ins.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** A node whose registry will name these. */
function arrivalOf(peers: readonly string[], address = "here:1") {
	const clock = new VirtualClock();
	const roster = { gossiping: [] as readonly string[] };
	const arrival = new Arrival({ clock, gossip: { address }, roster });
	const read = () => {
		roster.gossiping = peers;
		arrival.registryRead();
	};
	return { clock, arrival, read };
}

test("a node that is alone has arrived once the registry has told it so", () => {
	const { arrival, read } = arrivalOf([]);
	expect(arrival.isOver).toBe(false);
	read();
	expect(arrival.isOver).toBe(true);
});

test("a node has arrived when all others have sent a digest, whoever else has", () => {
	const { arrival, read } = arrivalOf(["ann", "bob"]);
	read();
	for (const nodeId of ["ann", "cid", "ann"]) arrival.heard(nodeId);
	expect(arrival.isOver).toBe(false);
	arrival.heard("bob");
	expect(arrival.isOver).toBe(true);
});

test("in a large cluster a node has arrived when as many have spoken as it dials", () => {
	const { arrival, read } = arrivalOf(
		Array.from({ length: 10 * DIAL_SOME }, (_, i) => `peer-${i}`),
	);
	read();
	for (let i = 1; i < DIAL_SOME; i++) arrival.heard(`peer-${i}`);
	expect(arrival.isOver).toBe(false);
	arrival.heard("peer-0");
	expect(arrival.isOver).toBe(true);
});

test("a node without gossip has nobody to wait for", () => {
	const { arrival, read } = arrivalOf(["ann"], "");
	read();
	expect(arrival.isOver).toBe(true);
});

test("only a task that comes first, and alone, does not wait", () => {
	const first = arrivalOf(["ann"]);
	expect([1, 1, 2].map((tasks) => first.arrival.admits(tasks))).toEqual([
		...[true, false, false],
	]);
	const many = arrivalOf(["ann"]);
	expect([2, 1].map((tasks) => many.arrival.admits(tasks))).toEqual([
		...[false, false],
	]);
	many.read();
	many.arrival.heard("ann");
	expect(many.arrival.admits(2)).toBe(true);
});

test.each([
	["a peer says nothing", true],
	["the registry cannot be read", false],
])("tasks wait for a bounded time if %s", async (_, isRead) => {
	const { clock, arrival, read } = arrivalOf(["ann"]);
	const stored: [string, number][] = [];
	const submit = async (tasks: readonly { readonly id: string }[]) => {
		stored.push(
			...tasks.map(({ id }) => [id, clock.monoMs()] as [string, number]),
		);
		return tasks.map((_, seq) => ({ ok: true, created: true, seq }) as const);
	};
	const submitter = new Submitter({
		...AROUND_SUBMITTER,
		...{ shard: standInShard({ tasks: { submit } }), clock, log, arrival },
	});
	if (isRead) read();
	const all = ["a", "b", "c"].map((id) => submitter.submit(newTask(id)));
	await clock.runFor(ARRIVAL_MS_MAX - 1);
	expect(stored).toEqual([]);
	const late = submitter.submit(newTask("d"));
	await clock.runFor(1);
	expect(stored).toEqual(
		["a", "b", "c", "d"].map((id) => [id, ARRIVAL_MS_MAX]),
	);
	expect(await Promise.all([...all, late])).toHaveLength(4);
});

test("tasks wait no longer once the node stops", () => {
	const { arrival } = arrivalOf(["ann"]);
	expect(arrival.admits(2)).toBe(false);
	arrival.stop();
	expect(arrival.admits(2)).toBe(true);
});
