/**
 * One node of the local cluster: a process that is started, watched, restarted when it
 * dies, and stopped.
 *
 * If a node's process ends before it was ever ready, it would do no better the next time
 * (a port in use, a broken handler file), so the cluster gives up. A node that was ready
 * once is restarted, for as long as `up` runs.
 */
import type { Writable } from "node:stream";
import {
	KILL_MS,
	STOP_MARGIN_MS,
	UP_POLL_MS,
	UP_TELL_MS,
} from "../../../protocol/limits.ts";
import type { Clock, Timer } from "../../ports.ts";
import type { Environment } from "../flags.ts";
import { sleep } from "../sleep.ts";
import type { Terminal } from "../terminal.ts";
import { formatLogLine } from "./log-line.ts";
import { MemberProcess } from "./member-process.ts";
import { askReadiness } from "./readiness.ts";
import { RestartPace } from "./restart-pace.ts";
import { StartFailed } from "./start-failed.ts";

export interface MemberPlan {
	/** The name of the node: `node-1`, unless another node of the cluster has that. */
	readonly name: string;
	/** The program, then its arguments. */
	readonly command: readonly string[];
	readonly env: () => Environment;
	readonly logPath: string;
	/** The base of its HTTP side. */
	readonly url: string;
	/** How long its tasks may take to finish when it is told to stop. */
	readonly drainMs: number;
	/** Held open by the node for as long as it lives; see `local-redis.ts`. */
	readonly hold: () => Writable | "ignore";
}

export class Member {
	readonly #plan: MemberPlan;
	readonly #clock: Clock;
	readonly #terminal: Terminal;
	/** The process that runs. */
	#process: MemberProcess | undefined;
	#stopping = false;
	#wasReady = false;
	#restart: Timer | undefined;
	readonly #pace = new RestartPace();
	#name: string;

	constructor(plan: MemberPlan, clock: Clock, terminal: Terminal) {
		this.#plan = plan;
		this.#clock = clock;
		this.#terminal = terminal;
		this.#name = plan.name;
	}

	/** Resolves when the node can accept and run tasks. @throws StartFailed */
	async start(): Promise<void> {
		const { name } = this.#plan;
		const process = this.#begin();
		const ended = process.ended.then(({ code, how }) => {
			// Reports what the process could not report itself.
			if (process.pid === undefined)
				this.#terminal.problem(`${this.#label} ${how}.`);
			throw new StartFailed(
				`${name} did not start; stopping the others`,
				code === 2 ? 2 : 1,
			);
		});
		await Promise.race([this.#untilReady(process), ended]);
		this.#wasReady = !this.#stopping;
		void this.#keepUp(process);
	}

	/** What the node is called, and where it is. */
	get greeting(): string {
		return `${this.#label} ${this.#plan.url}  (pid ${this.#process?.pid})`;
	}

	/** Lets it finish or hand back its tasks; when its time is over, it is killed. */
	async stop(): Promise<void> {
		this.#stopping = true;
		this.#restart?.cancel();
		const process = this.#process;
		if (process === undefined) return;
		const patienceMs = this.#plan.drainMs + STOP_MARGIN_MS;
		const late = this.#clock.after(patienceMs, () => {
			this.#terminal.problem(`${this.#name} does not stop; killing it.`);
			process.kill("SIGKILL");
		});
		process.kill("SIGTERM");
		await process.ended;
		late.cancel();
	}

	/** Tells the node to stop a second time, upon which it ends its tasks at once. */
	hurry(): void {
		const process = this.#process;
		if (process === undefined) return;
		const late = this.#clock.after(KILL_MS, () => process.kill("SIGKILL"));
		void process.ended.then(() => late.cancel());
		process.kill("SIGTERM");
	}

	#begin(): MemberProcess {
		const { command, env, logPath, hold } = this.#plan;
		const plan = { command, env: env(), logPath, hold: hold() };
		const process = new MemberProcess(plan, (line) => {
			// A start that was given up has been explained; the log file has the rest.
			if (this.#stopping && !this.#wasReady) return;
			const text = formatLogLine(line);
			if (text !== undefined) this.#terminal.problem(`${this.#label} ${text}`);
		});
		this.#process = process;
		void process.named.then((name) => {
			this.#name = name;
		});
		void process.ended.then(() => {
			this.#process = undefined;
		});
		return process;
	}

	/** The label before what is printed about the node; as wide as the others'. */
	get #label(): string {
		return this.#name.padEnd(7);
	}

	/** Restarts it whenever it ends, after a longer and longer pause if it ends soon. */
	async #keepUp(process: MemberProcess): Promise<void> {
		const startedMs = this.#clock.monoMs();
		const { how } = await process.ended;
		if (this.#stopping) return;
		const waitMs = this.#pace.next(this.#clock.monoMs() - startedMs);
		this.#terminal.problem(
			`${this.#label} ${how}; it starts again in ${waitMs / 1_000} s.`,
		);
		this.#restart = this.#clock.after(waitMs, () => {
			const next = this.#begin();
			void this.#keepUp(next);
			void this.#tellReady(next);
		});
	}

	async #tellReady(process: MemberProcess): Promise<void> {
		await this.#untilReady(process);
		if (this.#process === process && !this.#stopping) {
			this.#terminal.line(`${this.#label} is back (pid ${process.pid})`);
		}
	}

	/** Returns when the node is ready, or when the process has ended, which others watch. */
	async #untilReady(process: MemberProcess): Promise<void> {
		// Until the node reports itself, whoever answers on its port may be another program.
		await Promise.race([process.named, process.ended]);
		let tellAtMs = this.#clock.monoMs() + UP_TELL_MS;
		while (this.#process === process) {
			const { ready, reason } = await askReadiness(this.#plan.url, this.#clock);
			if (ready || this.#stopping) return;
			if (this.#clock.monoMs() > tellAtMs) {
				tellAtMs += UP_TELL_MS;
				this.#terminal.line(`${this.#label} is not ready yet: ${reason}`);
			}
			await sleep(this.#clock, UP_POLL_MS);
		}
	}
}
