/**
 * One node of the local cluster: a process that is started, watched, started
 * again when it dies, and stopped.
 *
 * A node whose process ends before it was ever ready has no chance of doing
 * better the next time (a port in use, a broken handler file), so the cluster
 * gives up; one that was ready once is started again, for as long as `up` runs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import type { Writable } from "node:stream";
import {
	RESTART_MS_MAX,
	RESTART_MS_MIN,
	STOP_MARGIN_MS,
	UP_POLL_MS,
	UP_TELL_MS,
} from "../../../protocol/limits.ts";
import type { Clock, Timer } from "../../ports.ts";
import type { Environment } from "../flags.ts";
import { sleep } from "../sleep.ts";
import type { Terminal } from "../terminal.ts";
import { LogFollower, openLog } from "./log-file.ts";
import { formatLogLine } from "./log-line.ts";
import { askReadiness } from "./readiness.ts";

export interface MemberPlan {
	/** `node-1` */
	readonly name: string;
	/** Program, then arguments. */
	readonly command: readonly string[];
	readonly env: () => Environment;
	readonly logPath: string;
	/** Base of its HTTP side. */
	readonly url: string;
	/** How long it may let its tasks finish when it is told to stop. */
	readonly drainMs: number;
	/** Held open by the node for as long as it lives; see `local-redis.ts`. */
	readonly hold: () => Writable | "ignore";
}

/** The node ended before it was ready; what it said has been shown. */
export class MemberFailed extends Error {
	readonly exitCode: number;
	constructor(name: string, exitCode: number) {
		super(`${name} did not start`);
		this.exitCode = exitCode;
	}
}

export class Member {
	readonly #plan: MemberPlan;
	readonly #clock: Clock;
	readonly #terminal: Terminal;
	#child: ChildProcess | undefined;
	#stopping = false;
	#restart: Timer | undefined;
	#restartMs = RESTART_MS_MIN;

	constructor(plan: MemberPlan, clock: Clock, terminal: Terminal) {
		this.#plan = plan;
		this.#clock = clock;
		this.#terminal = terminal;
	}

	/** Resolves when the node can accept and run tasks. @throws MemberFailed */
	async start(): Promise<void> {
		const child = this.#spawn();
		const ended = once(child, "exit").then(([code]) => {
			throw new MemberFailed(this.#plan.name, code === 2 ? 2 : 1);
		});
		await Promise.race([this.#untilReady(child), ended]);
		this.#keepUp(child);
	}

	/** Lets it finish or hand back its tasks; past its time it is killed. */
	async stop(): Promise<void> {
		this.#stopping = true;
		this.#restart?.cancel();
		const child = this.#child;
		if (child === undefined) return;
		const patienceMs = this.#plan.drainMs + STOP_MARGIN_MS;
		const late = this.#clock.after(patienceMs, () => {
			this.#terminal.problem(`${this.#plan.name} does not stop; killing it.`);
			child.kill("SIGKILL");
		});
		const ended = once(child, "exit");
		child.kill("SIGTERM");
		await ended;
		late.cancel();
	}

	kill(): void {
		this.#child?.kill("SIGKILL");
	}

	#spawn(): ChildProcess {
		const { name, command, env, logPath, hold } = this.#plan;
		const [program = "", ...args] = command;
		const log = openLog(logPath);
		const follower = new LogFollower(logPath, (line) => {
			const text = formatLogLine(line);
			if (text !== undefined) this.#terminal.problem(`${name}  ${text}`);
		});
		const child = spawn(program, args, {
			env: env(),
			// The channel tells the node when `up` is gone: see stop-signals.ts.
			stdio: ["ignore", log, log, "ipc", hold()],
			// Its own process group: a Ctrl-C in the terminal is not for it.
			detached: true,
		});
		closeSync(log);
		this.#child = child;
		child.once("exit", () => {
			this.#child = undefined;
			follower.close();
		});
		return child;
	}

	/** Starts it again whenever it ends, later and later if it does so soon. */
	#keepUp(child: ChildProcess): void {
		const startedMs = this.#clock.monoMs();
		child.once("exit", (code, signal) => {
			if (this.#stopping) return;
			const livedMs = this.#clock.monoMs() - startedMs;
			if (livedMs > RESTART_MS_MAX) this.#restartMs = RESTART_MS_MIN;
			this.#terminal.problem(
				`${this.#plan.name} (pid ${child.pid}) ended by ${signal ?? `itself with code ${code}`}; it starts again in ${this.#restartMs / 1_000} s.`,
			);
			this.#restart = this.#clock.after(this.#restartMs, () => {
				const next = this.#spawn();
				this.#keepUp(next);
				void this.#tellReady(next);
			});
			this.#restartMs = Math.min(this.#restartMs * 2, RESTART_MS_MAX);
		});
	}

	async #tellReady(child: ChildProcess): Promise<void> {
		await this.#untilReady(child);
		if (this.#child === child && !this.#stopping) {
			this.#terminal.line(`${this.#plan.name}  is back (pid ${child.pid})`);
		}
	}

	/** Returns too when the process has ended: whoever cares watches that. */
	async #untilReady(child: ChildProcess): Promise<void> {
		// Until it says so itself, whoever answers on its port may be another program.
		await Promise.race([once(child, "message"), once(child, "exit")]);
		let tellAtMs = this.#clock.monoMs() + UP_TELL_MS;
		while (this.#child === child) {
			const { ready, reasons } = await askReadiness(
				this.#plan.url,
				this.#clock,
			);
			if (ready) return;
			if (this.#clock.monoMs() > tellAtMs) {
				tellAtMs += UP_TELL_MS;
				this.#terminal.line(
					`${this.#plan.name}  is not ready yet: ${reasons.join("; ")}`,
				);
			}
			await sleep(this.#clock, UP_POLL_MS);
		}
	}
}
