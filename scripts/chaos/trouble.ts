/**
 * Makes the planned faults happen, each at its moment, and mends them; records what
 * happened. Faults of one victim wait for each other, those of different victims overlap.
 */
import { nowMs, sleep } from "../bench/clock.ts";
import {
	type Cut,
	type FaultRecord,
	isNetworkFault,
	type NetworkFaultKind,
	type PlannedFault,
	type RedisPause,
	type SingleCut,
} from "./fault.ts";

/** A node that can be struck. */
export interface NodeVictim {
	readonly name: string;
	/** Undefined while the node has no process. */
	readonly pid: number | undefined;
	/** Whether someone else starts the node again when it has ended. */
	readonly isKept: boolean;
	kill(): Promise<void>;
	drain(): Promise<void>;
	start(): void;
	freeze(): void;
	thaw(): void;
}

export interface RedisVictim {
	kill(): Promise<void>;
	start(): Promise<void>;
	pause(how: RedisPause, ms: number): Promise<void>;
}

export interface NetworkVictim {
	cut(cut: SingleCut, nodes: readonly number[]): void;
	mend(cut: SingleCut, nodes: readonly number[]): void;
}

/** Cuts that consist of two others, one after the other. */
const STEPS: Readonly<
	Record<Exclude<Cut, SingleCut>, readonly [SingleCut, SingleCut]>
> = {
	"sight-then-store": ["peers", "store"],
	"store-then-sight": ["store", "peers"],
};
/** The second step comes after this part of the time. */
const FIRST_STEP = 0.6;

function isInSteps(cut: Cut): cut is keyof typeof STEPS {
	return Object.hasOwn(STEPS, cut);
}

export interface Victims {
	readonly nodes: readonly NodeVictim[];
	readonly redis?: RedisVictim;
	readonly network?: NetworkVictim;
}

const LOST: Readonly<Record<Cut, string>> = {
	peers: "cut from the other nodes",
	apart: "cut from every peer",
	store: "cut from Redis",
	host: "cut from everything",
	"sight-then-store": "cut from the others, and later from Redis,",
	"store-then-sight": "cut from Redis, and later from the others,",
	"peers-unheard": "not heard by the other nodes",
	"store-unheard": "not heard by Redis",
	"store-unanswered": "not answered by Redis",
};

export class Troublemaker {
	/** The faults in the order in which they began. */
	readonly records: FaultRecord[] = [];
	readonly #victims: Victims;
	readonly #tell: (text: string) => void;
	/** The end of the last fault of each victim. */
	readonly #queues = new Map<string, Promise<void>>();

	constructor(victims: Victims, tell: (text: string) => void) {
		this.#victims = victims;
		this.#tell = tell;
	}

	/** Resolves when the last fault has been mended. */
	async carryOut(plan: readonly PlannedFault[]): Promise<void> {
		const startMs = nowMs();
		for (const fault of plan) {
			await sleep(Math.max(startMs + fault.atMs - nowMs(), 0));
			const key = "node" in fault ? `node ${fault.node}` : queueOf(fault);
			const before = this.#queues.get(key) ?? Promise.resolve();
			this.#queues.set(
				key,
				before.then(() => this.#strike(fault)),
			);
		}
		await Promise.all(this.#queues.values());
	}

	#strike(fault: PlannedFault): Promise<void> {
		if ("node" in fault) return this.#strikeNode(fault);
		if ("cut" in fault) return this.#strikeNetwork(fault);
		return this.#strikeRedis(fault);
	}

	async #strikeNode({
		kind,
		node,
		lengthMs,
	}: Extract<PlannedFault, { node: number }>): Promise<void> {
		const victim = this.#victims.nodes[node];
		const pid = victim?.pid;
		if (victim === undefined || pid === undefined) return;
		const record = this.#begin({ kind, nodes: [victim.name], pids: [pid] });
		const who = `${victim.name} (pid ${pid})`;
		if (kind === "kill") {
			const back = victim.isKept ? "" : `, back in ${seconds(lengthMs)}`;
			this.#tell(`kill       ${who}${back}`);
			await victim.kill();
			await sleep(lengthMs);
			victim.start();
		} else if (kind === "pause") {
			this.#tell(`pause      ${who} for ${seconds(lengthMs)}`);
			victim.freeze();
			await sleep(lengthMs);
			victim.thaw();
		} else {
			this.#tell(`restart    ${who}`);
			await victim.drain();
			victim.start();
		}
		record.untilMs = nowMs();
	}

	async #strikeRedis(
		fault: Extract<PlannedFault, { kind: "redis-restart" | "redis-pause" }>,
	): Promise<void> {
		const { redis } = this.#victims;
		if (redis === undefined) return;
		const record = this.#begin({ kind: fault.kind, nodes: [], pids: [] });
		if (fault.kind === "redis-restart") {
			this.#tell(`redis      killed, back in ${seconds(fault.lengthMs)}`);
			await redis.kill();
			await sleep(fault.lengthMs);
			await redis.start();
		} else {
			const how = fault.how === "stop" ? "SIGSTOP" : "CLIENT PAUSE";
			this.#tell(`redis      silent for ${seconds(fault.lengthMs)} (${how})`);
			await redis.pause(fault.how, fault.lengthMs);
		}
		record.untilMs = nowMs();
	}

	async #strikeNetwork({
		kind,
		cut,
		nodes,
		lengthMs,
	}: Extract<PlannedFault, { kind: NetworkFaultKind }>): Promise<void> {
		const { network, nodes: all } = this.#victims;
		if (network === undefined) return;
		const struck = nodes
			.map((index) => all[index])
			.filter((node) => node !== undefined);
		const names = struck.map(({ name }) => name);
		const pids = struck
			.map(({ pid }) => pid)
			.filter((pid) => pid !== undefined);
		const record = this.#begin({ kind, cut, nodes: names, pids });
		this.#tell(
			`${kind.padEnd(10)} ${names.join(", ")} ${LOST[cut]} for ${seconds(lengthMs)}`,
		);
		if (isInSteps(cut)) {
			const [first, second] = STEPS[cut];
			network.cut(first, nodes);
			await sleep(lengthMs * FIRST_STEP);
			network.cut(second, nodes);
			await sleep(lengthMs * (1 - FIRST_STEP));
			network.mend(first, nodes);
			network.mend(second, nodes);
		} else {
			network.cut(cut, nodes);
			await sleep(lengthMs);
			network.mend(cut, nodes);
		}
		record.untilMs = nowMs();
	}

	#begin(
		what: Pick<FaultRecord, "kind" | "cut" | "nodes" | "pids">,
	): FaultRecord {
		const record = { ...what, atMs: nowMs(), untilMs: undefined };
		this.records.push(record);
		return record;
	}
}

/** The queue of a fault. The network is one victim: cuts do not overlap. */
function queueOf({ kind }: PlannedFault): string {
	return isNetworkFault(kind) ? "network" : "redis";
}

function seconds(ms: number): string {
	return `${(ms / 1_000).toFixed(1)} s`;
}
