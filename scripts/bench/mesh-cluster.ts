/**
 * A mesh of real libp2p nodes over loopback, in a few processes.
 *
 * The first process holds one node alone, which announces, so that what
 * announcing and what hearing costs can be told apart; the others share the
 * rest evenly. What counts is processor time and bytes of whole processes,
 * divided by their nodes: a little less than each node would need in a process
 * of its own, since they wake up together.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { nowMs, sleep } from "./clock.ts";
import { cpuMs, transferredBytes } from "./cost-process.ts";
import type { FromMember, Report, ToMember } from "./mesh-messages.ts";

const PROGRAM = new URL("../../test/bench/mesh-member.ts", import.meta.url)
	.pathname;
/** The announcer's, and at most so many others. */
const OTHERS_MAX = 4;
const WHOLE_MS_MAX = 120_000;
/** A mesh whose links have not changed for so long makes none any more: a dial that fails, and the next, take less. */
const SETTLED_MS = 8_000;
const LOOK_MS = 200;

export class Mesh implements AsyncDisposable {
	readonly announcer: Member;
	readonly others: readonly Member[];

	/** Resolves when every node has heard every other, and all links are made. */
	static async start(directory: string, nodeCount: number): Promise<Mesh> {
		const processes = Math.min(OTHERS_MAX, nodeCount - 1);
		const rest = Array.from({ length: processes }, (_, i) =>
			Math.floor((nodeCount - 1 + i) / processes),
		);
		const members = [1, ...rest].map(
			(nodes, i) =>
				new Member(join(directory, `mesh-${nodeCount}-${i}`), nodes),
		);
		const mesh = new Mesh(members);
		try {
			const up = await Promise.all(members.map((each) => each.heard("up")));
			const peers = up.flatMap((each) => each.peers);
			for (const each of members) each.tell({ kind: "admit", peers });
			await mesh.#whole(nodeCount);
		} catch (error) {
			await mesh[Symbol.asyncDispose]();
			throw error;
		}
		return mesh;
	}

	private constructor([announcer, ...others]: readonly Member[]) {
		if (announcer === undefined) throw new RangeError("a mesh has nodes");
		this.announcer = announcer;
		this.others = others;
	}

	async #whole(nodeCount: number): Promise<void> {
		const deadlineMs = nowMs() + WHOLE_MS_MAX;
		let links = 0;
		let sinceMs = nowMs();
		for (;;) {
			const reports = await this.reports();
			const least = Math.min(...reports.map((each) => each.peersHeardMin));
			const seen = reports.reduce((sum, each) => sum + each.links, 0);
			if (seen !== links) sinceMs = nowMs();
			links = seen;
			const settledMs = nowMs() - sinceMs;
			if (least === nodeCount - 1 && settledMs >= SETTLED_MS) return;
			if (nowMs() > deadlineMs) {
				throw new Error(
					`a node has heard ${least} of ${nodeCount - 1} others, and links have not changed for ${Math.round(settledMs)} ms`,
				);
			}
			await sleep(LOOK_MS);
		}
	}

	/** The announcer's first. */
	reports(): Promise<Report[]> {
		const all = [this.announcer, ...this.others];
		return Promise.all(all.map((each) => each.report()));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all([
			this.announcer.stop(),
			...this.others.map((each) => each.stop()),
		]);
	}
}

export class Member {
	readonly nodes: number;
	readonly #process: ChildProcess;

	constructor(directory: string, nodes: number) {
		this.nodes = nodes;
		this.#process = fork(PROGRAM, [directory, String(nodes)], {
			env: {},
			execArgv: [],
			stdio: ["ignore", "ignore", "inherit", "ipc"],
		});
	}

	/** Processor time so far, ms, and bytes sent and received. */
	get spent(): { readonly cpuMs: number; readonly bytes: number } {
		const { pid } = this.#process;
		if (pid === undefined) throw new Error("a member has not started");
		return { cpuMs: cpuMs(pid), bytes: transferredBytes(pid) };
	}

	tell(message: ToMember): void {
		this.#process.send(message);
	}

	/** The next message of that kind. @throws where the process ends before. */
	heard<Kind extends FromMember["kind"]>(
		kind: Kind,
	): Promise<Extract<FromMember, { kind: Kind }>> {
		return new Promise((resolve, reject) => {
			const listen = (message: FromMember) => {
				if (message.kind !== kind) return;
				this.#process.off("message", listen);
				this.#process.off("exit", end);
				resolve(message as Extract<FromMember, { kind: Kind }>);
			};
			const end = () => reject(new Error("a member of the mesh has ended"));
			this.#process.on("message", listen);
			this.#process.once("exit", end);
		});
	}

	report(): Promise<Report> {
		const report = this.heard("report");
		this.tell({ kind: "report" });
		return report;
	}

	async stop(): Promise<void> {
		const { exitCode, signalCode } = this.#process;
		if (exitCode !== null || signalCode !== null) return;
		const exit = once(this.#process, "exit");
		// One that failed has closed it, and says why on stderr.
		if (this.#process.connected) this.#process.disconnect();
		await exit;
	}
}
