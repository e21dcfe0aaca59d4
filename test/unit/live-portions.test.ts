/** Frames for those who reach the tasks of some queues or types only: all of their own, and nothing of others. */
import { expect, test, vi } from "vitest";
import { Portion } from "../../node/live/portion.ts";
import { Seats } from "../../node/live/seats.ts";
import { WANTED } from "../../node/live/wanted.ts";
import type { EventReader } from "../../node/ports.ts";
import {
	EVENT_READERS_MAX,
	LIVE_AGAIN_MS_MAX,
	LIVE_ENDS_MAX,
	LIVE_FIRST_BYTES_MAX,
	LIVE_LINGER_MS,
	LIVE_LOAD_MS,
	LIVE_NEXT_BYTES_MAX,
	LIVE_PORTIONS_MAX,
} from "../../protocol/limits.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import type { LiveView } from "../live-view.ts";
import { Ground } from "./live-ground.ts";

const OWN = { queues: ["default"] };

async function ground(): Promise<Ground> {
	const ground = new Ground();
	for (const node of ["ann", "bob"]) await ground.join(node);
	return ground;
}

function idsOf(count: number, name: string): string[] {
	return Array.from({ length: count }, (_, i) => `${name}-${i}`);
}

/** Lets a second pass with so many tasks of others that not all can be told. */
async function busySecond(here: Ground, name: string): Promise<void> {
	await here.runOthers("bob", idsOf(5 * LIVE_ENDS_MAX, name), true);
}

function queuesOf({ bars }: LiveView): (string | undefined)[] {
	return [...new Set([...bars.values()].map(({ queue }) => queue))];
}

test("each attempt of its own tasks is told, however many others there are, and nothing of these", async () => {
	const here = await ground();
	for (const second of [1, 2, 3, 4, 5, 6]) {
		await busySecond(here, `before${second}`);
		await here.seconds(1);
	}
	const own = await here.reader(OWN);
	const whole = await here.reader();
	for (const second of [1, 2, 3]) {
		await busySecond(here, `then${second}`);
		const end = await here.run("ann", `own-${second}`);
		await end();
		await here.seconds(1);
	}
	await here.seconds(2);
	expect(whole.view.last?.lanes?.by).toBe("cells");
	expect(own.view.last?.lanes?.by).toBe("attempts");
	for (const id of ["own-1", "own-2", "own-3"])
		expect(own.view.barsOf(id)).toMatchObject([{ end: "success" }]);
	expect(queuesOf(own.view)).toEqual(["default"]);
	// Everybody is told the numbers of the whole cluster, and its nodes.
	const { figures, lanes } = whole.view.last as LiveFrame;
	expect(own.view.last?.figures).toEqual(figures);
	expect(own.view.last?.lanes?.cells).toEqual(lanes?.cells);
	expect(own.view.nodes).toEqual(whole.view.nodes);
	for (const { reader } of [own, whole]) reader.close();
});

test("what happened before somebody reads is told of its own, though others ran for longer", async () => {
	const here = await ground();
	await here.runOthers("bob", idsOf(150, "older"), false);
	await here.seconds(1);
	await here.run("ann", "own");
	await here.seconds(1);
	// Its events have been discarded since.
	here.shard.contents.events.cut(0);
	const { view, reader } = await here.reader(OWN);
	expect(view.barsOf("own")).toMatchObject([{ type: "work", attempt: 1 }]);
	expect(view.bars.size).toBe(1);
	reader.close();
});

test("a reader is told events of its own tasks and of nodes, even among many others", async () => {
	const here = await ground();
	const { view, reader } = await here.reader(OWN);
	const cancel = (ids: readonly string[]) =>
		here.shard.tasks.cancel({
			tasks: ids.map((id) => ({ id, round: 1 })),
			...{ by: "me", reason: "", force: false },
		});
	await here.submit("own");
	const others = idsOf(60, "other");
	await here.submitTo("others|work|", others);
	await cancel(["own", ...others]);
	await here.die("bob", "ann");
	await here.seconds(2);
	const kinds = view.events.map(({ kind, task = "" }) => `${kind} ${task}`);
	expect(kinds.filter((kind) => kind !== "node.up ")).toEqual([
		...["task.ended own", "node.dead "],
	]);
	expect(view.last).not.toHaveProperty("eventsMore");
	reader.close();
});

test("if events are missing, or the store was away, its own are read anew and told anew", async () => {
	const here = await ground();
	here.goAway();
	const { view, reader } = await here.reader(OWN);
	expect(view.bars.size).toBe(0);
	here.comeBack();
	await here.run("ann", "own");
	await here.runOthers("bob", ["other"], false);
	await here.seconds(2 * (LIVE_LOAD_MS / 1_000));
	expect(view.barsOf("own")).toHaveLength(1);
	expect(view.bars.size).toBe(1);
	expect(view.firsts).toBeGreaterThan(1);
	reader.close();
});

/** How often what runs was asked for meanwhile: by the feed for all, and for those of restrictions. */
async function historiesOf(here: Ground, work: () => Promise<unknown>) {
	here.steps.clear();
	await work();
	return here.steps.get("holders") ?? 0;
}

test("what happened before is read once for all restrictions that need it", async () => {
	const here = await ground();
	await here.run("ann", "own");
	const whole = await here.reader();
	const queues = ["default", "others", "none"];
	const readers = [];
	for (const queue of queues)
		readers.push(await here.reader({ queues: [queue] }));
	await here.seconds(3);
	here.goAway();
	await here.seconds(3);
	await here.run("ann", "next");
	await here.runOthers("bob", ["other"], false);
	here.shard.contents.events.cut(0);
	const read = await historiesOf(here, async () => {
		here.comeBack();
		await here.seconds(10);
	});
	expect(read).toBe(2);
	const [own, others, none] = readers.map(({ view }) => view);
	expect([...(own?.bars.values() ?? [])].map(({ task }) => task)).toEqual([
		...["own", "next"],
	]);
	expect(others?.barsOf("other")).toHaveLength(1);
	expect(others?.bars.size).toBe(1);
	expect(none?.bars.size).toBe(0);
	for (const { reader } of [whole, ...readers]) reader.close();
});

test("those who come at once share what is read of what happened before", async () => {
	const here = await ground();
	await here.run("ann", "own");
	const whole = await here.reader();
	let came: readonly unknown[] = [];
	const read = await historiesOf(here, async () => {
		const queues = idsOf(8, "queue");
		void Promise.all(
			queues.map((queue) => here.feed.read({ queues: [queue] })),
		).then((readers) => {
			came = readers;
		});
		await here.clock.runUntil(() => came.length > 0, 10_000);
	});
	expect(came.filter((reader) => reader !== undefined)).toHaveLength(8);
	expect(read).toBe(1);
	whole.reader.close();
	here.feed.stop();
});

test("while nobody can follow events, what happened before is not read for nothing, and seldom asked for", async () => {
	const here = await ground();
	await here.run("ann", "own");
	const query = WANTED;
	const others: EventReader[] = [];
	for (let i = 0; i < EVENT_READERS_MAX; i++) {
		const reader = await here.events.read({ query, after: undefined });
		if (reader !== undefined) others.push(reader);
	}
	const { view, reader } = await here.reader(OWN);
	const whole = await here.reader();
	const tries = vi.spyOn(here.events, "read");
	const read = await historiesOf(here, () => here.seconds(60));
	expect(read).toBe(0);
	// For all, and for its own.
	expect(tries.mock.calls.length).toBeLessThan(2 * 12);
	expect(view.bars.size).toBe(0);
	for (const other of others) other.close();
	await here.seconds(LIVE_AGAIN_MS_MAX / 1_000 + 2);
	expect(view.barsOf("own")).toHaveLength(1);
	expect(whole.view.barsOf("own")).toHaveLength(1);
	for (const each of [reader, whole.reader]) each.close();
});

test.each([
	...([["next", LIVE_NEXT_BYTES_MAX]] as const),
	...([["first", LIVE_FIRST_BYTES_MAX]] as const),
])(
	"a frame that nodes alone fill is no larger for restricted readers: %s",
	(kind, most) => {
		const long = "x".repeat(64);
		const node = { n: 0, id: long, name: long, state: "up" } as const;
		const empty: LiveFrame = {
			...{ kind, nowMs: 1, store: { up: true }, nodes: [] },
			figures: {
				...{ pending: 0, started: 0, slots: 0, endedInMinute: 0 },
				failing: { ended: 0, failed: 0, types: [] },
			},
		};
		const bytesOf = (frame: LiveFrame) =>
			Buffer.byteLength(JSON.stringify(frame));
		const count = Math.floor(
			(most - 512 - bytesOf(empty)) / (JSON.stringify(node).length + 1),
		);
		const whole = { ...empty, nodes: Array(count).fill(node) };
		const portion = new Portion(OWN, { nameOf: () => undefined });
		const backlog = {
			...{ queues: [], queuesMore: 0 },
			failingTypes: Array(5).fill({ type: long, failed: 1 }),
			oldest: { id: long + long, queue: long, type: long, sinceMs: 1 },
		};
		const frame = portion[kind](whole, new Seats(), backlog);
		expect(bytesOf(frame)).toBeLessThanOrEqual(most);
		const roomy = portion[kind](empty, new Seats(), backlog);
		const { failingTypes: types, oldest } = backlog;
		expect(roomy.figures).toMatchObject({ failing: { types }, oldest });
	},
);

test("many readers of one restriction cost what one costs, and readers of too many restrictions are turned away", async () => {
	const here = await ground();
	const first = await here.reader(OWN);
	await here.seconds(3);
	const before = here.calls;
	const others = [];
	for (let each = 0; each < 100; each++) others.push(await here.reader(OWN));
	expect(here.calls - before).toBeLessThan(10);
	const restrictions = idsOf(LIVE_PORTIONS_MAX - 1, "queue");
	for (const queue of restrictions)
		others.push(await here.reader({ queues: [queue] }));
	expect(await here.read({ queues: ["one more"] })).toBeUndefined();
	others.push(await here.reader(), await here.reader(OWN));
	for (const { reader } of others) reader.close();
	await here.seconds(LIVE_LINGER_MS / 1_000 + 2);
	const again = await here.read({ queues: ["one more"] });
	expect(again).toBeDefined();
	again?.close();
	first.reader.close();
});
