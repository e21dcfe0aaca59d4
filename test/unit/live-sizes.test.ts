/** Frames of a large cluster stay within their sizes, and tell all of it in the end. */
import { Check } from "typebox/value";
import { expect, test } from "vitest";
import { LiveRun, type Surroundings } from "../../node/live/live-run.ts";
import type { LiveLook, NodeView } from "../../node/ports.ts";
import type { StoreEvent } from "../../protocol/event.ts";
import {
	LEASE_TTL_MS,
	LIVE_ATTEMPTS_MAX,
	LIVE_EVENTS_MAX,
	LIVE_FIRST_BYTES_MAX,
	LIVE_NEXT_BYTES_MAX,
	LIVE_QUEUES_MAX,
	LIVE_STEP_MS,
	LIVE_STEPS,
} from "../../protocol/limits.ts";
import { LiveFrame } from "../../protocol/schema/live.ts";
import { LiveView } from "../live-view.ts";
import { SeededRandom } from "../random.ts";

const NODES = 500;
const SLOTS = 8;
const ENDS_A_SECOND = 1_000;
const QUEUES = 1_000;
const NOW_MS = Date.UTC(2026, 10, 29, 12, 0, 0);

const bytesOf = (frame: LiveFrame) => Buffer.byteLength(JSON.stringify(frame));

/** The id of a node, as long as ids get. */
const idOf = (node: number) => `12D3KooW${String(node).padStart(44, "x")}`;
const nameOf = (node: number) => `worker-of-a-large-cluster-${node}`;

class Made {
	readonly run: LiveRun;
	readonly random = new SeededRandom(1);
	nowMs = NOW_MS;
	#token = 1;
	readonly #running: { task: string; node: number }[] = [];
	readonly gone = new Set<number>();

	constructor() {
		this.run = new LiveRun({
			...{ cluster: "large", nodeId: idOf(0), shards: 1 },
			names: { nameOf: (id) => nameOf(Number(id.slice(8).replace(/^x+/, ""))) },
		});
	}

	look(): LiveLook {
		const { nowMs } = this;
		return {
			...{ nowMs, pending: 1_000_000, started: NODES * SLOTS },
			...{ ended: 123_456_789, failed: 1_234, sessions: [] },
			samples: Array.from({ length: LIVE_STEPS }, (_, back) => ({
				atMs: nowMs - (nowMs % LIVE_STEP_MS) - back * LIVE_STEP_MS,
				...{ pending: 1_000_000, started: 4_000, slots: 4_000 },
				...{ ended: 123_456_789, failed: 1_234, oldestMs: nowMs - 99_999 },
			})),
		};
	}

	view(node: number): NodeView {
		const nodeId = idOf(node);
		const isGone = this.gone.has(node);
		const record = {
			...{ nodeId, name: nameOf(node), pid: 1, host: `host-${node}` },
			...{ http: `10.100.200.${node}:5000`, p2p: "", version: "1.0.0" },
			...{ startedMs: NOW_MS - 1_000_000, slots: SLOTS, types: ["t"] },
			...{ labels: [], draining: false },
		};
		const { unit } = { unit: () => this.random.unit() };
		return {
			...{ record, epoch: 1_796_040_556_151, running: this.random.below(9) },
			state: isGone ? "dead" : "up",
			leaseLeftMs: isGone ? undefined : LEASE_TTL_MS - unit() * 1_900,
			seenBy: Array.from({ length: 16 + this.random.below(3) }, String),
			digest: {
				...{ kind: "digest", from: nodeId, epoch: 1, seq: 1 },
				...{ freeSlots: 1, running: 7, load: unit() / 5 },
				memoryBytes: Math.floor(unit() * 512) * 1_048_576,
				...{ storeUp: true, draining: false, peers: [] },
			},
		};
	}

	get around(): Surroundings {
		const queue = (at: number) => ({
			...{ queue: `queue-${at}`, type: "t".repeat(64) },
			...{
				labels: ["l".repeat(32)],
				counts: { PENDING: 9, STARTED: 9, SCHEDULED: 9 },
			},
			oldest: {
				...{ id: "i".repeat(128), since: "2026-11-29T11:58:00.000Z" },
				waitMs: this.random.below(9_999),
			},
			servedBy: { nodes: 9, names: Array(5).fill("n".repeat(64)) },
		});
		return {
			...{ from: "store", store: { up: true }, queuesMore: QUEUES - 10 },
			nodes: Array.from({ length: NODES }, (_, node) => this.view(node)),
			failingTypes: [{ type: "t", failed: 9 }],
			oldest: undefined,
			queues: Array.from({ length: LIVE_QUEUES_MAX }, (_, at) =>
				queue(at + Math.floor(this.nowMs / 1_000)),
			),
			elsewhere: Array.from({ length: 16 }, (_, at) => `https://host-${at}`),
		};
	}

	/** Lets a second pass, in which so many tasks end, and as many begin. */
	happen(): void {
		for (const { task, node } of this.#running.splice(0, ENDS_A_SECOND))
			this.#end(task, node);
		for (let each = 0; each < ENDS_A_SECOND; each++)
			this.start(
				`task-${this.#token}-${"x".repeat(100)}`,
				each % NODES,
				1,
				600,
			);
	}

	start(task: string, node: number, attempt = 1, afterMs = 0): void {
		const atMs = this.nowMs + afterMs;
		this.#tell(task, this.#token++, atMs, {
			...{ kind: "task.started", session: `${idOf(node)}:7`, attempt },
			...{ route: "images|resize|", round: 1, state: "STARTED" },
		});
		this.#running.push({ task, node });
	}

	#end(task: string, node: number): void {
		const isFailed = this.random.oneIn(5);
		this.#tell(task, undefined, this.nowMs, {
			...{ kind: "task.ended", session: `${idOf(node)}:7`, attempt: 1 },
			...{ route: "images|resize|", round: 1 },
			state: isFailed ? "FAILURE" : "SUCCESS",
			end: isFailed ? "failure" : "success",
		});
	}

	/** Lets a node die, whose tasks begin on others. */
	die(node: number): void {
		this.gone.add(node);
		const lost = this.#running.filter((each) => each.node === node);
		const session = `${idOf(node)}:7`;
		for (const { task } of lost) {
			this.#running.splice(
				this.#running.findIndex((e) => e.task === task),
				1,
			);
			this.#tell(task, 1, this.nowMs, {
				...{ kind: "task.put-back", session, attempt: 1, end: "revoked" },
				...{ route: "images|resize|", round: 1, state: "PENDING" },
			});
		}
		const about = { kind: "session.revoked", why: "now" } as const;
		const event = { about, id: session, tasks: lost.length };
		this.#happened(event);
		for (const { task } of lost) this.start(task, (node + 100) % NODES, 2);
	}

	#tell(
		id: string,
		token: number | undefined,
		atMs: number,
		about: StoreEvent["about"],
	): void {
		this.#happened({ about, id, ...(token !== undefined && { token }) }, atMs);
	}

	#happened(event: StoreEvent, atMs = this.nowMs): void {
		this.run.told({ id: "", shard: 0, atMs, event });
	}

	next(): LiveFrame {
		this.nowMs += 1_000;
		this.run.looked([this.look()]);
		return this.run.next(this.nowMs, this.around);
	}
}

function begun(): Made {
	const made = new Made();
	made.run.looked([made.look()]);
	const none = { happened: [], sinceMs: NOW_MS - 60_000, ends: [], held: [] };
	made.run.begin(none, NOW_MS, made.around);
	for (let second = 0; second < 7; second++) {
		made.happen();
		made.next();
	}
	return made;
}

test("frames of 500 nodes, 1,000 queues and 1,000 ends a second fit, also when 50 nodes die at once", () => {
	const made = begun();
	const first = made.run.first() as LiveFrame;
	const view = new LiveView();
	view.take(first);
	expect(bytesOf(first)).toBeLessThanOrEqual(LIVE_FIRST_BYTES_MAX);
	expect(first.lanes?.by).toBe("cells");
	expect(first.lanes?.cells).toHaveLength(60);
	expect(first.lanes?.cells.at(-1)?.busy).toHaveLength(NODES);
	expect(first.series?.pending).toHaveLength(LIVE_STEPS);
	expect(first.lanes?.attempts.length).toBeLessThanOrEqual(LIVE_ATTEMPTS_MAX);
	expect(first.nodes?.length).toBe(NODES);
	let most = 0;
	for (let second = 0; second < 12; second++) {
		made.happen();
		if (second === 5) for (let node = 0; node < 50; node++) made.die(node);
		const frame = made.next();
		if (second % 5 === 0) expect(Check(LiveFrame, frame)).toBe(true);
		most = Math.max(most, bytesOf(frame));
		const { attempts = [] } = frame.lanes ?? {};
		expect(attempts.length).toBeLessThanOrEqual(LIVE_ATTEMPTS_MAX);
		expect(frame.events?.length ?? 0).toBeLessThanOrEqual(LIVE_EVENTS_MAX);
		view.take(frame);
	}
	expect(most).toBeLessThanOrEqual(LIVE_NEXT_BYTES_MAX);
	const dead = [...view.nodes.values()].filter(({ state }) => state === "dead");
	expect(dead).toHaveLength(50);
	const whole = new LiveView();
	whole.take(made.run.first() as LiveFrame);
	expect(whole.nodes.size).toBe(NODES);
	for (const [n, { state, name }] of whole.nodes)
		expect(view.nodes.get(n)).toMatchObject({ state, name });
	expect(view.deaths.size).toBeGreaterThan(0);
	for (const { tasks, movedTasks } of view.deaths.values())
		expect(movedTasks).toBe(tasks);
});

test("an item that finds no room in a frame comes with a later one", () => {
	const made = begun();
	const view = new LiveView();
	view.take(made.run.first() as LiveFrame);
	for (let node = 100; node < 200; node++) made.die(node);
	let frame = made.next();
	view.take(frame);
	expect(frame.lanes?.attemptsMore).toBeGreaterThan(0);
	for (let second = 0; frame.lanes?.attemptsMore; second++) {
		expect(second).toBeLessThan(60);
		made.happen();
		frame = made.next();
		view.take(frame);
	}
	const moved = [...view.bars.values()].filter((bar) => bar.moved);
	const cut = [...view.bars.values()].filter((bar) => bar.end === "revoked");
	expect(moved.length).toBeGreaterThan(0);
	expect(cut.length).toBe(moved.length);
});
