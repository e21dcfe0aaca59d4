/**
 * Service: what a node tells the service manager that started it.
 *
 *     READY=1      once it listens, whether or not its store is there: an outage of Redis
 *                  must not fail a boot
 *     STATUS=…     whether the store is there and what runs, for people who ask
 *     WATCHDOG=1   as long as the event loop turns and renewals settle, however they do: a
 *                  store that is away, or refuses, must not restart every node
 *     STOPPING=1   with how long it will take at most, however the stop came about
 *
 * What cannot be sent now is sent again a moment later.
 */
import {
	RENEWALS_STUCK_MS,
	SERVICE_AGAIN_MS,
	SERVICE_MS,
} from "../../protocol/limits.ts";
import type { Clock, Log, ServiceManager, Timer } from "../ports.ts";

export interface ServiceParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly manager: ServiceManager;
	readonly node: ServedNode;
}

/** The node, as far as its service manager hears about it. */
export interface ServedNode {
	/** The status of the node in one line for people. */
	readonly status: string;
	/** When the last renewal began, on the monotonic clock, and so the one before had settled; undefined: none has begun yet. */
	readonly renewalsBegunMs: number | undefined;
}

/** How many signs of life are given within the time after which the manager takes a node for hung. */
const SIGNS = 3;

export class Service {
	readonly #parts: ServiceParts;
	readonly #everyMs: number;
	/** Messages that are sent once, and were not taken yet. */
	#pending: string[] = [];
	#status = "";
	#stuck = false;
	#timer: Timer | undefined;

	constructor(parts: ServiceParts) {
		this.#parts = parts;
		const { watchdogMs = Infinity } = parts.manager;
		this.#everyMs = Math.min(SERVICE_MS, watchdogMs / SIGNS);
	}

	/** The node listens. */
	started(): void {
		this.#pending.push("READY=1");
		this.#beat();
	}

	/** The node stops, and is gone within `boundMs`. */
	stopping(boundMs: number): void {
		const extend = `EXTEND_TIMEOUT_USEC=${Math.ceil(boundMs * 1_000)}`;
		this.#pending.push(`STOPPING=1\n${extend}`);
		this.#beat();
	}

	close(): void {
		this.#timer?.cancel();
		this.#parts.manager.close();
	}

	#beat(): void {
		const { clock, manager, node } = this.#parts;
		this.#timer?.cancel();
		while (this.#pending[0] !== undefined && manager.tell(this.#pending[0]))
			this.#pending.shift();
		const againMs = this.#pending.length > 0 ? SERVICE_AGAIN_MS : this.#everyMs;
		this.#timer = clock.after(againMs, () => this.#beat());
		const { status } = node;
		if (status !== this.#status && manager.tell(`STATUS=${status}`))
			this.#status = status;
		if (manager.watchdogMs !== undefined && this.#isAlive())
			manager.tell("WATCHDOG=1");
	}

	#isAlive(): boolean {
		const { clock, log, node } = this.#parts;
		const nowMs = clock.monoMs();
		const begunMs = node.renewalsBegunMs ?? nowMs;
		const stuck = nowMs - begunMs > RENEWALS_STUCK_MS;
		if (stuck && !this.#stuck)
			log.error({}, "renewals hang; the watchdog is to end this node");
		this.#stuck = stuck;
		return !stuck;
	}
}
