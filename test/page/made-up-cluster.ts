/**
 * A cluster that is made up: nodes that run tasks, die, freeze and come back, told in frames as
 * `/v1/live` tells them. Seeded, so that it does the same twice; its clock is moved by who uses
 * it. The page is looked at with it, at moments that a real cluster rarely is in, and with more
 * nodes than a test could start.
 */
import type { LiveFrame } from "../../protocol/schema/live.ts";
import { type MadeUpAttempt, MadeUpNode } from "./made-up-node.ts";

type Of<Name extends keyof LiveFrame> = NonNullable<LiveFrame[Name]>;
type Death = {
	-readonly [Name in keyof Of<"deaths">[number]]: Of<"deaths">[number][Name];
};
type Event = Of<"events">[number];

export interface MadeUpOptions {
	readonly nodes: number;
	readonly slots: number;
	/** How long a task runs, on average. */
	readonly taskMs: number;
	/** Share of slots that are busy. */
	readonly load: number;
	readonly failing: number;
	readonly seed?: number;
	readonly zones?: number;
	readonly cluster?: string;
	readonly names?: readonly string[];
	readonly types?: readonly string[];
	readonly queues?: Of<"queues">;
	readonly queuesMore?: number;
	readonly pending?: number;
	readonly idOf?: (token: number) => string;
}

const STEP_MS = 50;

export class MadeUpCluster {
	readonly nodes: MadeUpNode[];
	nowMs: number;
	storeAwaySinceMs: number | undefined;
	readonly options: MadeUpOptions;
	#state: number;
	#tokens = 0;
	readonly attempts: MadeUpAttempt[] = [];
	readonly orphans: { attempt: MadeUpAttempt; death: Death }[] = [];
	readonly deaths: Death[] = [];
	events: Event[] = [];
	cells: Of<"lanes">["cells"] = [];
	endedAt: number[] = [];

	constructor(options: MadeUpOptions, nowMs: number) {
		this.options = options;
		this.#state = options.seed ?? 7;
		this.nowMs = nowMs - 62_000;
		this.nodes = Array.from({ length: options.nodes }, (_, n) => {
			const name = options.names?.[n] ?? `node-${n + 1}`;
			const zone = options.zones ? `eu-1${"abcdef"[n % options.zones]}` : "";
			return new MadeUpNode(n, name, zone, options.slots, this.nowMs);
		});
		this.advance(62_000);
	}

	advance(ms: number): void {
		for (let left = ms; left > 0; left -= STEP_MS) this.#step();
	}

	/** As `kill -9` does it: its tasks wait, and are taken up by others. */
	kill(n: number): void {
		const node = this.#node(n);
		node.fate = "dead";
		const others = this.nodes.filter(({ fate }) => fate === "up");
		const death: Death = {
			...{ node: node.id, name: node.name, n, shard: 0, epoch: node.epoch },
			...{ atMs: this.nowMs, grounds: "now", tasks: node.running.size },
			why: "its node was dead: the connection had closed, and its address refused a new one",
			...{ by: others[0]?.id ?? "", byName: others[0]?.name ?? "" },
			...{
				moved: [],
				movedTasks: 0,
				overTasks: 0,
				waitingTasks: node.running.size,
			},
		};
		this.deaths.unshift(death);
		this.#tell("node.dead", { node: node.id, nodeName: node.name, why: "now" });
		this.#tell("session.revoked", {
			node: node.id,
			nodeName: node.name,
			tasks: node.running.size,
		});
		for (const attempt of node.running.keys()) {
			this.#end(attempt, "revoked");
			this.orphans.push({ attempt, death });
		}
		node.running.clear();
	}

	/** As `kill -STOP` does it: it renews no more. */
	freeze(n: number): void {
		this.#node(n).fate = "frozen";
	}

	restart(n: number): void {
		const node = this.#node(n);
		node.fate = "up";
		node.epoch += 1;
		node.renewedMs = this.nowMs;
		this.#tell("node.up", { node: node.id, nodeName: node.name });
	}

	#step(): void {
		this.nowMs += STEP_MS;
		for (const node of this.nodes) this.#stepOf(node);
		for (const { attempt, death } of this.orphans.splice(0))
			this.#takeUp(attempt, death);
		if (this.nowMs % 1_000 < STEP_MS) this.#endSecond();
	}

	#stepOf(node: MadeUpNode): void {
		if (node.fate === "dead") return;
		if (node.fate === "up" && this.nowMs - node.renewedMs > 800)
			node.renewedMs = this.nowMs;
		if (node.fate !== "up" || this.storeAwaySinceMs !== undefined) return;
		const { taskMs, load, failing } = this.options;
		for (const [attempt, untilMs] of node.running) {
			if (untilMs > this.nowMs) continue;
			node.running.delete(attempt);
			const fails = this.#draw() < failing;
			this.#end(attempt, fails ? "failure" : "success");
			node.ends += 1;
			if (fails) node.failures += 1;
		}
		const wanted = Math.round(node.slots * load);
		while (node.running.size < wanted && this.#draw() < 0.7)
			this.#start(node, taskMs * (0.2 + 1.6 * this.#draw()));
		node.busyMs += node.running.size * STEP_MS;
	}

	#start(
		node: MadeUpNode,
		forMs: number,
		again?: MadeUpAttempt,
	): MadeUpAttempt {
		const { types = ["resize"], idOf = (token) => `1m8m6sa9kmnrwm${token}` } =
			this.options;
		const token = ++this.#tokens;
		const attempt: MadeUpAttempt = {
			...{
				shard: 0,
				token,
				task: again?.task ?? idOf(token),
				queue: "default",
				round: 1,
			},
			type: again?.type ?? types[token % types.length] ?? "",
			...{ attempt: again ? 2 : 1, n: node.n, claimedMs: this.nowMs },
			...(again && {
				moved: {
					n: again.n,
					token: again.token,
					endedMs: again.endedMs ?? this.nowMs,
				},
			}),
		};
		node.running.set(attempt, this.nowMs + forMs);
		this.attempts.push(attempt);
		return attempt;
	}

	#end(attempt: MadeUpAttempt, end: "success" | "failure" | "revoked"): void {
		attempt.endedMs = this.nowMs;
		attempt.end = end;
		if (end !== "revoked") this.endedAt.push(this.nowMs);
		const { task, type = "" } = attempt;
		if (end === "failure")
			this.#tell("task.ended", {
				task,
				type,
				state: "FAILURE",
				nodeName: this.#node(attempt.n).name,
			});
	}

	/** By whoever has a free slot, or a little room; else it waits. */
	#takeUp(attempt: MadeUpAttempt, death: Death): void {
		const waitsMs = this.nowMs - (attempt.endedMs ?? 0);
		const free = this.nodes.filter(({ fate }) => fate === "up");
		const node = free[Math.floor(this.#draw() * free.length)];
		if (node === undefined || waitsMs < 300 || this.#draw() < 0.6) {
			this.orphans.push({ attempt, death });
			return;
		}
		const next = this.#start(node, 6_000 + 20_000 * this.#draw(), attempt);
		const to = death.moved.find(({ n }) => n === node.n);
		const others = death.moved.filter((each) => each !== to);
		death.moved = [
			...others,
			{ n: node.n, name: node.name, tasks: (to?.tasks ?? 0) + 1 },
		].sort((a, b) => b.tasks - a.tasks);
		death.movedTasks += 1;
		death.waitingTasks -= 1;
		death.slowestMs = Math.max(death.slowestMs ?? 0, waitsMs);
		this.#tell("task.started", {
			task: next.task,
			type: next.type ?? "",
			nodeName: node.name,
			attempt: 2,
		});
	}

	#endSecond(): void {
		const told = this.nodes.map((node) => node.takeSecond());
		this.cells = [
			...this.cells.slice(-59),
			{
				atMs: this.nowMs - 1_000,
				busy: told.map(({ busy }) => busy).join(""),
				failed: told.map(({ failed }) => failed).join(""),
			},
		];
		const keptMs = this.nowMs - 90_000;
		while ((this.attempts[0]?.endedMs ?? Infinity) < keptMs)
			this.attempts.shift();
		this.endedAt = this.endedAt.filter((ms) => ms > keptMs);
	}

	/** Told once. */
	takeEvents(): Event[] {
		return this.events.splice(0).slice(-20);
	}

	#tell(kind: Event["kind"], about: Omit<Event, "kind">): void {
		this.events.push({
			kind,
			at: new Date(this.nowMs).toISOString(),
			...about,
		});
		if (this.events.length > 40) this.events.shift();
	}

	#node(n: number): MadeUpNode {
		const node = this.nodes[n];
		if (node === undefined) throw new Error(`no node ${n}`);
		return node;
	}

	/** mulberry32 */
	#draw(): number {
		this.#state = (this.#state + 0x6d2b79f5) | 0;
		let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	}
}
