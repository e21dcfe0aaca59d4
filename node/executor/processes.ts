/**
 * The processes of tasks that run isolated, and those that are kept ready for the next.
 *
 * To start one takes 0.25 s where nothing else runs, and several times that just after a node
 * has died, when others take its tasks over and it is started again: what lost its node
 * twice would wait so much longer than all else. So once a node is lost, all that there are,
 * and those that come soon, keep a few processes in which all is loaded but task code (that is
 * loaded when it is needed, as it is then). Nothing runs in them, they set no timer, and where
 * nodes do not die there is none.
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
	/** All that there are, the spare ones too. */
	readonly #live = new Set<TaskProcess>();
	/** The oldest first: it has had the most time to get ready. */
	readonly #spares = new Set<TaskProcess>();
	#typeScript = false;
	/** While it runs spare ones are kept. */
	#expecting: Timer | undefined;
	#expectingUntilMs = 0;
	#filling: Timer | undefined;
	/** While it runs none is started to be spare: the system has just ended one, or gave none. */
	#resting: Timer | undefined;
	#stopped = false;

	constructor(sparesMax: number, clock: Clock, log: Log) {
		this.#sparesMax = sparesMax;
		this.#clock = clock;
		this.#log = log;
	}

	/** See OpenLink. */
	open(start: WorkerStart, events: LinkEvents): Link {
		const [spare] = this.#spares;
		if (spare !== undefined) this.#spares.delete(spare);
		const own = spare ?? this.#spawn(events);
		if (this.#expecting !== undefined) this.#fillSoon();
		return own.begin(start, events, this.#clock);
	}

	/** A node was lost, so long ago, and tasks may need processes of their own. */
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

	/** Resolves when there are no spare ones any more; of the others their users see to it. */
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

	/** The spare ones are the first to go if memory is short, and the next would be, too. */
	#rest(cause: string): void {
		this.#resting = this.#clock.after(SPARE_PROCESS_IDLE_MS, () => {
			this.#resting = undefined;
		});
		this.#endSpares();
		this.#log.debug({ cause }, "a process kept ready for a task is gone");
	}

	/** @throws where the system has none to give. */
	#spawn(events: LinkEvents): TaskProcess {
		const first = { source: workerSource(), typeScript: this.#typeScript };
		const own = new TaskProcess(first, events);
		this.#live.add(own);
		void own.closed.then(() => this.#live.delete(own));
		return own;
	}
}
