/** A process of a mesh as the one that started it sees it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { AdmittedPeer } from "../../node/ports.ts";
import type { ToMember, Up } from "./mesh-member.ts";
import type { Report } from "./mesh-node.ts";

const PROGRAM = fileURLToPath(new URL("mesh-member.ts", import.meta.url));

export class Member {
	readonly #process: ChildProcess;
	/** Aborted when the process has ended: it answers nothing any more. */
	readonly #ended: AbortSignal;
	/** Its nodes. */
	readonly peers: Up;

	static async start(directory: string, nodes: number): Promise<Member> {
		const child = fork(PROGRAM, [directory, String(nodes)], {
			stdio: ["ignore", "ignore", "inherit", "ipc"],
		});
		const ended = new AbortController();
		child.once("exit", () => ended.abort(new Error("a member has ended")));
		const { signal } = ended;
		const [peers] = await once(child, "message", { signal });
		return new Member(child, signal, peers);
	}

	private constructor(child: ChildProcess, ended: AbortSignal, peers: Up) {
		this.#process = child;
		this.#ended = ended;
		this.peers = peers;
	}

	get pid(): number {
		return this.#process.pid as number;
	}

	admit(peers: readonly AdmittedPeer[]): void {
		this.#tell({ admit: peers });
	}

	async report(): Promise<Report> {
		const told = once(this.#process, "message", { signal: this.#ended });
		this.#tell("report");
		const [report] = await told;
		return report;
	}

	#tell(message: ToMember): void {
		this.#process.send(message);
	}
}
