/**
 * The processes of tasks that run isolated, and the one that is kept ready for the next.
 *
 * To start one takes 0.1 s where nothing else runs, and several times that just after a node
 * has died, when others take its tasks over and it is started again: what lost its node
 * twice would wait so much longer than all else. So once a node is lost, every other keeps a
 * process in which all is loaded but task code (that is loaded when it is needed,
 * as it is then). Nothing runs in it, it sets no timer, and where nodes do not die there is
 * none.
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
	readonly #clock: Clock;
	readonly #log: Log;
	/** All that there are, the spare one too. */
	readonly #live = new Set<TaskProcess>();
	#spare: TaskProcess | undefined;
	#typeScript = false;
	/** While it runs a spare one is kept. */
	#expecting: Timer | undefined;
	#filling: Timer | undefined;
	/** While it runs none is started to be spare: the system has just ended one, or gave none. */
	#resting: Timer | undefined;
	#stopped = false;

	constructor(clock: Clock, log: Log) {
		this.#clock = clock;
		this.#log = log;
	}

	/** See OpenLink. */
	open(start: WorkerStart, events: LinkEvents): Link {
		const spare = this.#spare;
		this.#spare = undefined;
		const own = spare ?? this.#spawn(events);
		if (this.#expecting !== undefined) this.#fillSoon();
		return own.begin(start, events, this.#clock);
	}

	/** A node was lost, and a task may need a process of its own. */
	expect({ handlerFiles }: WorkerStart): void {
		if (this.#stopped) return;
		this.#typeScript = handlerFiles.some((file) => TYPESCRIPT.test(file));
		this.#expecting?.cancel();
		this.#expecting = this.#clock.after(SPARE_PROCESS_IDLE_MS, () => {
			this.#expecting = undefined;
			this.#endSpare();
		});
		this.#fillSoon();
	}

	/** Resolves when there is no spare one any more; of the others their users see to it. */
	async stop(): Promise<void> {
		this.#stopped = true;
		for (const timer of [this.#expecting, this.#resting]) timer?.cancel();
		const spare = this.#spare;
		this.#endSpare();
		await spare?.closed;
	}

	#endSpare(): void {
		this.#filling?.cancel();
		this.#filling = undefined;
		const spare = this.#spare;
		this.#spare = undefined;
		spare?.end();
	}

	#fillSoon(): void {
		if (this.#filling !== undefined || this.#resting !== undefined) return;
		if (this.#spare !== undefined) return;
		this.#filling = this.#clock.after(SPARE_PROCESS_AFTER_MS, () => {
			this.#filling = undefined;
			if (this.#live.size < PROCESSES_MAX) this.#fill();
		});
	}

	#fill(): void {
		const gone = (why: string) => {
			if (this.#spare === spare) this.#rest(why);
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
			this.#spare = spare;
		} catch (error) {
			this.#rest(`the system has none to give: ${error}`);
		}
	}

	/** The spare one was the first to go if memory is short, and the next would be, too. */
	#rest(cause: string): void {
		this.#resting = this.#clock.after(SPARE_PROCESS_IDLE_MS, () => {
			this.#resting = undefined;
		});
		this.#endSpare();
		this.#log.debug({ cause }, "the process kept ready for a task is gone");
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
