/**
 * One node of the chaos cluster: a real process of the program, which can be killed,
 * stopped for a while, drained and started again.
 *
 * A node that ends although nobody ended it is a flaw. The flaw is recorded, and the node
 * started again so that the run goes on.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readinessOf } from "../../protocol/client/readiness.ts";
import { nowMs, sleep } from "../bench/clock.ts";
import { PROGRAM_FILE } from "../build/program.ts";
import { clientOf } from "../client.ts";
import type { NodePlace } from "./ground.ts";
import { type Opening, readOpenings } from "./openings.ts";
import { OwnProcess } from "./process.ts";

const PROGRAM = new URL(`../../${PROGRAM_FILE}`, import.meta.url).pathname;
const HANDLERS = new URL("handlers.ts", import.meta.url).pathname;
const READY_POLL_MS = 20;
const READY_ASK_MS = 1_000;
/** A node that is not ready by then, with nothing in its way, is broken. */
const READY_MS = 30_000;
/** Longer than the node's own deadline for draining. */
const DRAIN_MS = 45_000;

export interface MemberPlan {
	readonly index: number;
	readonly place: NodePlace;
	readonly redisUrl: string;
	readonly slots: number | undefined;
	readonly directory: string;
}

/** One life of the node's process. */
export interface Life {
	readonly pid: number;
	endedMs: number | undefined;
}

export class Member {
	readonly name: string;
	readonly url: string;
	readonly isKept = false;
	readonly lives: Life[] = [];
	/** What happened although nobody asked for it, in a sentence each. */
	readonly flaws: { atMs: number; what: string }[] = [];
	readonly #plan: MemberPlan;
	#process: OwnProcess | undefined;
	/** The process whose end was asked for. */
	#ending: OwnProcess | undefined;

	constructor(plan: MemberPlan) {
		this.#plan = plan;
		this.name = `node-${plan.index + 1}`;
		this.url = `http://${plan.place.http}`;
	}

	get pid(): number | undefined {
		return this.#process?.alive ? this.#process.pid : undefined;
	}

	/** The openings of the node's sessions, in all its lives. */
	openings(): Opening[] {
		return readOpenings(this.name, readFileSync(this.#logPath, "utf8"));
	}

	get #logPath(): string {
		return join(this.#plan.directory, `${this.name}.log`);
	}

	start(): void {
		const { place, redisUrl, slots, directory } = this.#plan;
		const own = new OwnProcess({
			command: [
				...place.prefix,
				...[process.execPath, PROGRAM, "node"],
				...["--redis", redisUrl],
				...["--http", place.http],
				...["--p2p", place.p2p],
				...["--data", join(directory, this.name)],
				...["--handlers", HANDLERS],
				...(slots === undefined ? [] : ["--concurrency", String(slots)]),
				...place.flags,
			],
			logPath: this.#logPath,
			channel: "ipc",
		});
		this.#process = own;
		const life: Life = { pid: own.pid, endedMs: undefined };
		this.lives.push(life);
		void own.ended.then((how) => {
			life.endedMs ??= nowMs();
			const asked = this.#ending === own;
			if (asked && (how === "SIGKILL" || how === "code 0")) return;
			if (asked && how === "SIGTERM" && !own.hasBegun) return;
			const what = `${this.name} (pid ${life.pid}) ended by ${how}, ${asked ? "when told to drain" : "and nobody told it to"}`;
			this.flaws.push({ atMs: life.endedMs, what });
			if (!asked) this.start();
		});
	}

	/** Resolves when the process is gone. Its peers may know sooner. */
	async kill(): Promise<void> {
		const life = this.lives.at(-1);
		if (life !== undefined) life.endedMs ??= nowMs();
		await this.#end("SIGKILL");
	}

	/** Resolves when the node has drained and ended. One that does not is killed, and that is a flaw. */
	async drain(): Promise<void> {
		await this.#end("SIGTERM");
	}

	/** Stops the process where it stands, or lets it go on. */
	freeze(): void {
		this.#process?.signal("SIGSTOP");
	}

	thaw(): void {
		this.#process?.signal("SIGCONT");
	}

	/** Resolves when the node can accept and run tasks; false if it cannot in time. */
	async untilReady(): Promise<boolean> {
		const deadlineMs = nowMs() + READY_MS;
		const client = clientOf(this.url, READY_ASK_MS);
		while (nowMs() < deadlineMs) {
			if ((await readinessOf(client)).ready) return true;
			await sleep(READY_POLL_MS);
		}
		return false;
	}

	async #end(how: "SIGKILL" | "SIGTERM"): Promise<void> {
		const own = this.#process;
		if (own === undefined || !own.alive) return;
		this.#ending = own;
		own.signal(how);
		const late = setTimeout(() => {
			const what = `${this.name} (pid ${own.pid}) has not drained in ${DRAIN_MS} ms, and was killed`;
			this.flaws.push({ atMs: nowMs(), what });
			own.signal("SIGKILL");
		}, DRAIN_MS);
		await own.ended;
		clearTimeout(late);
	}
}
