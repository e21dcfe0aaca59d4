/** Live frames: what readers are told, and what that costs. */
import { expect, test } from "vitest";
import {
	EVENTS_LINGER_MS,
	LIVE_BEHIND_MAX,
	LIVE_LINGER_MS,
	LIVE_SPAN_MS,
} from "../../protocol/limits.ts";
import { Ground } from "./live-ground.ts";

async function ground(): Promise<Ground> {
	const ground = new Ground();
	for (const node of ["ann", "bob"]) await ground.join(node);
	return ground;
}

test("a reader is told what runs, and then what becomes of it", async () => {
	const here = await ground();
	const end = await here.run("ann", "early");
	await here.seconds(3);
	const { view, reader } = await here.reader();
	const claimed = { n: view.named("node-ann").n, type: "work", attempt: 1 };
	expect(view.barsOf("early")).toMatchObject([claimed]);
	expect(view.last?.figures).toMatchObject({ started: 1, slots: 16 });
	await end();
	await here.run("bob", "late");
	await here.seconds(2);
	expect(view.barsOf("early")).toMatchObject([{ ...claimed, end: "success" }]);
	expect(view.barsOf("late")).toMatchObject([
		{ n: view.named("node-bob").n, queue: "default" },
	]);
	expect(view.last).toMatchObject({ kind: "next", from: "store" });
	expect(view.firsts).toBe(1);
	reader.close();
});

test("a reader is told how much memory each node takes, as it changes, and a dead node's no more", async () => {
	const here = await ground();
	const { view, reader } = await here.reader();
	expect(view.named("node-bob")).toMatchObject({ memoryBytes: 104_857_600 });
	here.memoryBytes = 209_715_200;
	await here.seconds(1);
	expect(view.named("node-bob")).toMatchObject({ memoryBytes: 209_715_200 });
	here.dead.add("bob");
	here.memoryBytes = 314_572_800;
	await here.seconds(1);
	expect(view.named("node-ann")).toMatchObject({ memoryBytes: 314_572_800 });
	expect(view.named("node-bob")).toMatchObject({ memoryBytes: 209_715_200 });
	reader.close();
});

test("what a dead node ran is cut off, and moves to another", async () => {
	const here = await ground();
	const { view, reader } = await here.reader();
	const ends = [await here.run("bob", "a"), await here.run("bob", "b")];
	await here.seconds(2);
	await here.die("bob", "ann");
	await here.clock.runFor(640);
	await here.claim("ann", 1);
	await here.seconds(2);
	const [ann, bob] = [view.named("node-ann").n, view.named("node-bob").n];
	const [cut, again] = view.barsOf("a");
	expect(cut).toMatchObject({ n: bob, end: "revoked" });
	expect(again).toMatchObject({
		...{ n: ann, attempt: 2 },
		moved: { n: bob, token: cut?.token, endedMs: cut?.endedMs },
	});
	expect([...view.deaths.values()]).toMatchObject([
		{
			...{ node: "bob", name: "node-bob", grounds: "now", byName: "node-ann" },
			...{ tasks: 2, moved: [{ name: "node-ann", tasks: 1 }], movedTasks: 1 },
			...{ overTasks: 0, waitingTasks: 1, slowestMs: 640 },
		},
	]);
	await here.shard.tasks.cancel({
		tasks: [{ id: "b", round: undefined }],
		...{ by: "ann", reason: "", force: false },
	});
	await here.seconds(1);
	const [death] = view.deaths.values();
	expect(death).toMatchObject({ overTasks: 1, waitingTasks: 0 });
	const kinds = view.events.map(({ kind, task = "" }) => `${kind} ${task}`);
	expect(kinds).toEqual(
		expect.arrayContaining([
			...["node.dead ", "session.revoked ", "task.put-back a"],
			...["task.started a", "task.ended b"],
		]),
	);
	expect(ends).toHaveLength(2);
	reader.close();
});

test("a reader that comes later is told of the last minute, too, and of deaths before it", async () => {
	const here = await ground();
	const end = await here.run("ann", "long ago");
	await end();
	await here.run("bob", "moves");
	await here.seconds(1);
	await here.die("bob", "ann");
	await here.clock.runFor(100);
	await here.claim("ann", 1);
	await here.seconds(LIVE_SPAN_MS / 1_000 + 5);
	const last = await here.run("ann", "just now");
	await last();
	const { view, reader } = await here.reader();
	expect(view.barsOf("long ago")).toEqual([]);
	expect(view.barsOf("just now")).toMatchObject([{ end: "success" }]);
	const [cut, again] = view.barsOf("moves");
	expect(cut).toMatchObject({ moved: { n: view.named("node-bob").n } });
	expect(again).toBeUndefined();
	expect([...view.deaths.values()]).toMatchObject([
		{ name: "node-bob", tasks: 1, movedTasks: 1, slowestMs: 100 },
	]);
	expect(view.cells).toHaveLength(60);
	const { n } = view.named("node-ann");
	expect(view.cells.at(-2)?.busy[n]).toBe("1");
	reader.close();
});

test("many readers cost the store what one costs, and nothing is asked while nobody reads", async () => {
	const here = await ground();
	await here.seconds(5);
	expect(here.calls).toBe(0);
	const first = await here.reader();
	await here.seconds(3);
	const before = here.calls;
	await here.seconds(10);
	const one = here.calls - before;
	const others = [];
	for (let each = 0; each < 200; each++) others.push(await here.reader());
	const atStart = here.calls;
	await here.seconds(10);
	expect(here.calls - atStart).toBeLessThanOrEqual(one * 1.1);
	for (const { frames } of others) expect(frames).toBeGreaterThanOrEqual(10);
	for (const { reader } of [first, ...others]) reader.close();
	await here.seconds(2 * (LIVE_LINGER_MS / 1_000) + 6);
	const atEnd = here.calls;
	await here.seconds(10);
	expect(here.calls).toBe(atEnd);
	expect(first.over).toBe("closed");
});

test("while the store is away frames go on from gossip, and say since when", async () => {
	const here = await ground();
	await here.run("ann", "a");
	const { view, reader } = await here.reader();
	await here.seconds(2);
	const awaySinceMs = here.clock.wallMs();
	here.goAway();
	await here.seconds(4);
	expect(view.last).toMatchObject({
		...{ kind: "next", from: "gossip", figures: { started: 2 } },
		store: {
			...{ up: false, awaySinceMs, why: "gone" },
			...{ agree: 1, agreeNames: ["node-bob"], disagree: 0 },
		},
	});
	const left = view.named("node-bob").leaseLeftMs ?? 0;
	await here.seconds(1);
	expect(view.named("node-bob").leaseLeftMs).toBeLessThan(left);
	here.comeBack();
	await here.run("ann", "b");
	await here.seconds(2);
	expect(view.last).toMatchObject({ from: "store", store: { up: true } });
	expect(view.barsOf("b")).toHaveLength(1);
	reader.close();
});

test("a store that answers nothing does not hold frames up", async () => {
	const here = await ground();
	const listener = await here.reader();
	await here.seconds(2);
	here.frozen = true;
	const { frames } = listener;
	await here.seconds(6);
	expect(listener.frames).toBeGreaterThanOrEqual(frames + 5);
	expect(listener.view.last?.from).toBe("gossip");
	listener.reader.close();
});

test("a reader that comes while the store is away is told what is known, and everything when it is back", async () => {
	const here = await ground();
	await here.run("ann", "a");
	here.goAway();
	const { view, reader } = await here.reader();
	expect(view.last).toMatchObject({ kind: "first", from: "gossip" });
	expect(view.nodes.size).toBe(2);
	here.comeBack();
	await here.seconds(3);
	expect(view.firsts).toBe(2);
	expect(view.barsOf("a")).toHaveLength(1);
	reader.close();
});

test("if events are missing everything is told anew", async () => {
	const here = await ground();
	await here.run("ann", "a");
	const { view, reader } = await here.reader();
	await here.seconds(1);
	here.store.empty();
	await here.join("ann");
	await here.run("ann", "new");
	await here.seconds(3);
	expect(view.firsts).toBe(2);
	expect(view.barsOf("a")).toEqual([]);
	expect(view.barsOf("new")).toHaveLength(1);
	reader.close();
});

test("a reader that takes nothing is cut off; others go on", async () => {
	const here = await ground();
	const [slow, other] = [await here.reader(), await here.reader()];
	const free = Promise.withResolvers<void>();
	slow.held = free.promise;
	await here.seconds(LIVE_BEHIND_MAX + 3);
	expect(slow.reader.over.reason).toBe("slow");
	expect(other.over).toBeUndefined();
	expect(other.frames).toBeGreaterThan(LIVE_BEHIND_MAX);
	free.resolve();
	await here.seconds(1);
	expect(slow.over).toBe("slow");
	other.reader.close();
});

test("a node that stops ends its streams, and begins none", async () => {
	const here = await ground();
	const { reader } = await here.reader();
	here.feed.stop();
	expect(reader.over.reason).toBe("stopping");
	expect(await here.feed.read()).toBeUndefined();
	// The feed of events stops a while after its last reader has left.
	await here.seconds(EVENTS_LINGER_MS / 1_000 + 1);
	const { calls } = here;
	await here.seconds(10);
	expect(here.calls).toBe(calls);
});
