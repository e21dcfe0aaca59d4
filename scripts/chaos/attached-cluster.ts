/**
 * A cluster that runs on this host already, to be troubled by signals. Whoever
 * started it starts killed nodes again (`hearsay up` does); this only finds
 * out, from the list of nodes, as which process each is back.
 */
import { hostname } from "node:os";
import { nowMs, sleep } from "../bench/clock.ts";
import type { Life } from "./member.ts";
import { readNodes } from "./reading.ts";
import type { Flaw, Stage } from "./stage.ts";
import type { NodeVictim, Victims } from "./trouble.ts";
import { CHAOS_TYPE } from "./work.ts";

const LOOK_MS = 200;
/** `hearsay up` waits up to 30 s before it starts one again that dies often. */
const READY_MS = 60_000;

/** Processes that stand still: they go on, at the latest, when the run exits. */
const frozen = new Set<number>();
process.on("exit", () => {
	for (const pid of frozen) signal(pid, "SIGCONT");
});

class AttachedNode implements NodeVictim {
	readonly id: string;
	readonly name: string;
	readonly isKept = true;
	readonly lives: Life[] = [];

	constructor(id: string) {
		this.id = id;
		this.name = id.slice(-8);
	}

	/** Undefined from its kill until it is seen again. */
	get pid(): number | undefined {
		const life = this.lives.at(-1);
		return life?.endedMs === undefined ? life?.pid : undefined;
	}

	seen(pid: number): void {
		if (this.lives.some((life) => life.pid === pid)) return;
		this.lives.push({ pid, endedMs: undefined });
	}

	async kill(): Promise<void> {
		const life = this.lives.at(-1);
		if (this.pid === undefined || life === undefined) return;
		signal(life.pid, "SIGKILL");
		life.endedMs = nowMs();
	}

	/** Its keeper does that. */
	start(): void {}

	async drain(): Promise<void> {
		throw new Error("a node of another's cluster is not drained by a signal");
	}

	freeze(): void {
		if (this.pid === undefined) return;
		frozen.add(this.pid);
		signal(this.pid, "SIGSTOP");
	}

	thaw(): void {
		if (this.pid === undefined) return;
		signal(this.pid, "SIGCONT");
		frozen.delete(this.pid);
	}
}

export class AttachedCluster implements Stage {
	readonly victims: Victims;
	readonly urls: readonly string[];
	readonly nodes: readonly AttachedNode[];
	readonly #flaws: Flaw[] = [];
	#ended = false;

	/** @throws where the nodes cannot run the tasks of chaos, or one is not on this host. */
	static async find(url: string): Promise<AttachedCluster> {
		const found = await readNodes(url);
		const living = found.filter(({ state }) => state !== "dead");
		const foreign = living.find(({ host }) => host !== hostname());
		if (foreign !== undefined) {
			throw new TypeError(`a node runs on ${foreign.host}, not on this host`);
		}
		if (!living.some(({ types }) => types.includes(CHAOS_TYPE))) {
			throw new TypeError(
				"its nodes do not run the tasks of chaos; start them with --handlers scripts/chaos/handlers.ts",
			);
		}
		const cluster = new AttachedCluster(
			living.map(({ id }) => new AttachedNode(id)),
			living.map(({ http }) => `http://${http}`),
		);
		await cluster.#look();
		void cluster.#keepLooking();
		return cluster;
	}

	private constructor(nodes: readonly AttachedNode[], urls: readonly string[]) {
		this.nodes = nodes;
		this.urls = urls;
		this.victims = { nodes };
	}

	async untilReady(): Promise<void> {
		const deadlineMs = nowMs() + READY_MS;
		for (const node of this.nodes) {
			while (node.pid === undefined && nowMs() < deadlineMs) {
				await sleep(LOOK_MS);
			}
			if (node.pid === undefined) {
				const what = `${node.name} was not started again`;
				this.#flaws.push({ atMs: nowMs(), what });
			}
		}
	}

	flaws(): readonly Flaw[] {
		return this.#flaws;
	}

	async end(): Promise<void> {
		this.#ended = true;
	}

	async #keepLooking(): Promise<void> {
		while (!this.#ended) {
			await this.#look();
			await sleep(LOOK_MS);
		}
	}

	async #look(): Promise<void> {
		const asked = await Promise.allSettled(this.urls.map(readNodes));
		for (const answer of asked) {
			// Who is being troubled does not answer; another one does.
			if (answer.status === "rejected") continue;
			for (const { id, pid, state } of answer.value) {
				if (state === "dead") continue;
				this.nodes.find((node) => node.id === id)?.seen(pid);
			}
		}
	}
}

/** A process that is gone already is nobody to signal. */
function signal(pid: number, name: NodeJS.Signals): void {
	try {
		process.kill(pid, name);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}
