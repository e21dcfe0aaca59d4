/**
 * The processes of tasks that run isolated, and those kept ready for the next ones.
 *
 * Starting one takes 0.25 s if nothing else runs. It takes several times that just after
 * a node has died, when others take its tasks over and it is started again; a task that
 * lost its node twice would then wait that much longer than all others. So once a node is
 * lost, all nodes that are there, or come soon, keep a few processes ready in which
 * everything but task code is loaded (that is loaded when it is needed, as it is then).
 * Nothing runs in them and they set no timer. If no node dies, there are none.
 */
import {
	PROCESSES_MAX,
	SPARE_PROCESS_AFTER_MS,
	SPARE_PROCESS_IDLE_MS,
} from "../../protocol/limits.ts";
import type { Clock, Log, Timer } from "../ports.ts";
import { workerSource } from "../world/assets.ts";
import type { Link, LinkEvents } from "./link.ts";
import type { WorkerStart } from "./messages.ts";
import { TaskProcess } from "./process-link.ts";

const TYPESCRIPT = /\.[cm]?ts$/;

export class Processes {
	readonly #sparesMax: number;
	readonly #clock: Clock;
	readonly #log: Log;
	/** All processes, the spare ones too. */
	readonly #live = new Set<TaskProcess>();
	/** Spare processes, the oldest first: it has had the most time to get ready. */
	readonly #spares = new Set<TaskProcess>();
	#typeScript = false;
	/** Spare processes are kept while this runs. */
	#expecting: Timer | undefined;
	#expectingUntilMs = 0;
	#filling: Timer | undefined;
	/** No spare process is started while this runs: the system has just ended one, or gave none. */
	#resting: Timer | undefined;
	#stopped = false;

	constructor(sparesMax: number, clock: Clock, log: Log) {
		this.#sparesMax = sparesMax;
		this.#clock = clock;
		this.#log = log;
	}

	/** Opens a link to a process: see OpenLink. */
	open(start: WorkerStart, events: LinkEvents): Link {
		const [spare] = this.#spares;
		if (spare !== undefined) this.#spares.delete(spare);
		const own = spare ?? this.#spawn(events);
		if (this.#expecting !== undefined) this.#fillSoon();
		return own.begin(start, events, this.#clock);
	}

	/** A node was lost so long ago: tasks may need processes of their own. */
	expect({ handlerFiles }: WorkerStart, agoMs: number): void {
		const leftMs = SPARE_PROCESS_IDLE_MS - Math.max(0, agoMs);
		const untilMs = this.#clock.monoMs() + leftMs;
		if (this.#stopped || leftMs <= 0) return;
		this.#typeScript = handlerFiles.some((file) => TYPESCRIPT.test(file));
		if (this.#expecting === undefined || untilMs > this.#expectingUntilMs) {
			this.#expectingUntilMs = untilMs;
			this.#expecting?.cancel();
			this.#expecting = this.#clock.after(leftMs, () => {
				this.#expecting = undefined;
				this.#endSpares();
			});
		}
		this.#fillSoon(Math.max(0, SPARE_PROCESS_AFTER_MS - agoMs));
	}

	/** Resolves when there are no spare processes any more; the users of the others see to those. */
	async stop(): Promise<void> {
		this.#stopped = true;
		for (const timer of [this.#expecting, this.#resting]) timer?.cancel();
		await Promise.all(this.#endSpares().map(({ closed }) => closed));
	}

	#endSpares(): TaskProcess[] {
		this.#filling?.cancel();
		this.#filling = undefined;
		const spares = [...this.#spares];
		this.#spares.clear();
		for (const spare of spares) spare.end();
		return spares;
	}

	#fillSoon(ms = SPARE_PROCESS_AFTER_MS): void {
		if (this.#filling !== undefined || this.#resting !== undefined) return;
		if (this.#spares.size >= this.#sparesMax) return;
		this.#filling = this.#clock.after(ms, () => {
			this.#filling = undefined;
			if (this.#live.size >= PROCESSES_MAX) return;
			this.#fill();
			this.#fillSoon();
		});
	}

	#fill(): void {
		const gone = (why: string) => {
			if (spare !== undefined && this.#spares.has(spare)) this.#rest(why);
		};
		let spare: TaskProcess | undefined;
		try {
			spare = this.#spawn({
				heard() {},
				left() {},
				closed() {},
				failed: gone,
				exited: gone,
			});
			this.#spares.add(spare);
		} catch (error) {
			this.#rest(`the system has none to give: ${error}`);
		}
	}

	/**
	 * Starts no spare process for a while. If memory is short they are the first to be
	 * killed, and the next one would be, too.
	 */
	#rest(cause: string): void {
		this.#resting = this.#clock.after(SPARE_PROCESS_IDLE_MS, () => {
			this.#resting = undefined;
		});
		this.#endSpares();
		this.#log.debug({ cause }, "a process kept ready for a task is gone");
	}

	/** @throws if the system has none to give */
	#spawn(events: LinkEvents): TaskProcess {
		const first = { source: workerSource(), typeScript: this.#typeScript };
		const own = new TaskProcess(first, events);
		this.#live.add(own);
		void own.closed.then(() => this.#live.delete(own));
		return own;
	}
}
