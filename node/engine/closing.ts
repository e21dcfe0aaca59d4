/**
 * Closing: ends the parts of a node one after the other, each of them whatever became of
 * those before it. A failure is logged and does not keep the other parts open. The log
 * says how long each took: from outside, a node that is slow to end looks merely deaf,
 * and nobody can see which part is to blame.
 *
 * A node has to be gone STOP_BOUND_MS after its tasks' time to finish, so it waits no
 * longer than that, whichever part hangs. If tasks are left in calls that nothing ends,
 * it does not wait at all: others may run them now, so the process ends at once.
 */
import { EXIT_MS, STOP_BOUND_MS } from "../../protocol/limits.ts";
import type { Clock, Log } from "../ports.ts";

export interface Closing {
	/** The name of the part, for the log. */
	readonly part: string;
	readonly close: () => Promise<void> | undefined;
}

/** Closes all parts, in order. Never rejects; resolves with the first error. */
export async function closeAll(
	closings: readonly Closing[],
	clock: Clock,
	log: Log,
): Promise<Error | undefined> {
	let first: Error | undefined;
	for (const { part, close } of closings) {
		const startedMs = clock.monoMs();
		try {
			await close();
		} catch (cause) {
			log.error(
				{ part, err: cause },
				"a part of the node did not close cleanly",
			);
			first ??=
				cause instanceof Error
					? cause
					: new Error("a part of the node did not close", { cause });
		}
		const tookMs = Math.round(clock.monoMs() - startedMs);
		log.debug({ part, tookMs }, "a part of the node is closed");
	}
	return first;
}

export interface StopperParts {
	readonly clock: Clock;
	readonly log: Log;
	/** Both resolve with the number of tasks left in calls that nothing ends. */
	readonly engine: {
		stop(drainMs: number, awayMsMax?: number): Promise<number>;
		/** Bounds the time of a drain under way: it has no longer than this from now on. */
		hurry(withinMs: number): void;
		drop(): Promise<number>;
	};
	/** The service manager that started the node, if one did. */
	readonly service?: { stopping(boundMs: number): void };
	/** Closed in this order once the engine has stopped. */
	readonly adapters: readonly Closing[];
	/** How long tasks may take to finish. */
	readonly drainMs: number;
}

/** Stops a node once, whoever asks first. */
export class Stopper {
	/** Resolves when the process has to end. */
	readonly stopped: Promise<"drained" | Error>;
	readonly #tell: (end: "drained" | Error) => void;
	readonly #parts: StopperParts;
	#stopping: Promise<void> | undefined;
	/** Resolves when a drain that was told to hurry has used up its time. */
	readonly #late = Promise.withResolvers<number>();

	constructor(parts: StopperParts) {
		this.#parts = parts;
		const { promise, resolve } = Promise.withResolvers<"drained" | Error>();
		this.stopped = promise;
		this.#tell = resolve;
	}

	get isStopping(): boolean {
		return this.#stopping !== undefined;
	}

	/** Lets tasks finish, unless it stops because of an error. */
	stop(end: "drained" | Error, awayMsMax?: number): Promise<void> {
		this.#stopping ??= this.#stop(end, awayMsMax);
		return this.#stopping;
	}

	/**
	 * Drains the node within its own time or within this, whichever is less; also if it drains
	 * already.
	 */
	drainWithin(withinMs: number): void {
		const { engine, clock, drainMs } = this.#parts;
		if (this.#stopping === undefined) {
			this.#stopping = this.#stop("drained", undefined, withinMs);
			return;
		}
		if (withinMs >= drainMs) return;
		engine.hurry(withinMs);
		const boundMs = withinMs + STOP_BOUND_MS - EXIT_MS;
		clock.after(boundMs, () => this.#late.resolve(0));
	}

	/** Ends all tasks by force and says goodbye. The process has to end after that. */
	async stopAtOnce(): Promise<void> {
		this.#parts.service?.stopping(STOP_BOUND_MS);
		this.#stopping ??= Promise.resolve();
		await this.#parts.engine.drop();
	}

	async #stop(
		end: "drained" | Error,
		awayMsMax?: number,
		withinMs = Number.POSITIVE_INFINITY,
	): Promise<void> {
		const { clock, log, engine, adapters, service } = this.#parts;
		const drainMs =
			end === "drained" ? Math.min(this.#parts.drainMs, withinMs) : 0;
		service?.stopping(drainMs + STOP_BOUND_MS);
		const left = engine.stop(drainMs, awayMsMax);
		const all = [
			{ part: "engine", close: () => left.then(() => {}) },
			...adapters,
		];
		const failure = await Promise.race([
			closeAll(all, clock, log),
			this.#goneBy(drainMs, left),
		]);
		this.#tell(end === "drained" && failure !== undefined ? failure : end);
	}

	async #goneBy(drainMs: number, left: Promise<number>): Promise<undefined> {
		const { clock, log } = this.#parts;
		const { promise: tooLate, resolve } = this.#late;
		clock.after(drainMs + STOP_BOUND_MS - EXIT_MS, () => resolve(0));
		const tasks = await Promise.race([left.catch(() => 0), tooLate]);
		if (tasks > 0) return;
		await tooLate;
		log.warn({}, "the node is not closed in time, and ends all the same");
	}
}
