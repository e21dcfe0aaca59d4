/**
 * A cluster that already runs on this host, which this troubles with signals. Whoever
 * started it also restarts killed nodes (`hearsay up` does). This only finds out, from
 * the list of nodes, as which process each is back.
 */
import { hostname } from "node:os";
import { NoAnswer } from "../../protocol/client/client.ts";
import type { NodeAsRead } from "../../protocol/schema/nodes.ts";
import { nowMs, sleep } from "../bench/clock.ts";
import type { Life } from "./member.ts";
import { NotPossible } from "./not-possible.ts";
import { readNodes } from "./reading.ts";
import type { Flaw, Stage } from "./stage.ts";
import type { NodeVictim, Victims } from "./trouble.ts";
import { CHAOS_TYPE } from "./work.ts";

const HOW_TO_START =
	"start a cluster with: npm start -- --handlers scripts/chaos/handlers.ts";
const LOOK_MS = 200;
/** `hearsay up` waits up to 30 s before it restarts a node that dies often. */
const READY_MS = 60_000;

/** Stopped processes: they go on when the run exits, at the latest. */
const frozen = new Set<number>();
process.on("exit", () => {
	for (const pid of frozen) signal(pid, "SIGCONT");
});

class AttachedNode implements NodeVictim {
	readonly id: string;
	readonly name: string;
	readonly isKept = true;
	readonly lives: Life[] = [];

	constructor(id: string, name: string) {
		this.id = id;
		this.name = name;
	}

	/** Undefined from the node's kill until it is seen again. */
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

	/** The node's keeper starts it. */
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

	/** @throws NotPossible if chaos cannot trouble and judge this cluster */
	static async find(url: string): Promise<AttachedCluster> {
		const living = await livingAt(url);
		const foreign = living.find(({ host }) => host !== hostname());
		if (foreign !== undefined) {
			throw new NotPossible(
				`${foreign.name} runs on ${foreign.host}, and only processes of this machine can be killed and frozen; attach to a cluster that is all here.`,
			);
		}
		if (living.length < 2) {
			throw new NotPossible(
				"The cluster has one node, and chaos always leaves one in peace; start two or more.",
			);
		}
		if (!living.some(({ types }) => types.includes(CHAOS_TYPE))) {
			throw new NotPossible(
				`The nodes at ${url} do not run the tasks of chaos; ${HOW_TO_START}.`,
			);
		}
		const cluster = new AttachedCluster(
			living.map(({ id, name }) => new AttachedNode(id, name)),
			living.map(({ url }) => url),
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

	/** None: where these nodes log is their own affair. */
	openings(): readonly [] {
		return [];
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
			// A node that is being troubled does not answer; another one does.
			if (answer.status === "rejected") continue;
			for (const { id, pid, state } of answer.value) {
				if (state === "dead") continue;
				this.nodes.find((node) => node.id === id)?.seen(pid);
			}
		}
	}
}

/** @throws NotPossible if no node answers */
async function livingAt(url: string): Promise<NodeAsRead[]> {
	try {
		const found: unknown = await readNodes(url);
		if (!Array.isArray(found)) throw new Error("what does is something else");
		return found.filter(({ state }) => state !== "dead");
	} catch (error) {
		const { message } = error as Error;
		const why = error instanceof NoAnswer ? error.reason : message;
		throw new NotPossible(
			`No node answers at ${url} (${why}); ${HOW_TO_START}.`,
		);
	}
}

/** Signals a process. It does not matter if it is already gone. */
function signal(pid: number, name: NodeJS.Signals): void {
	try {
		process.kill(pid, name);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}
