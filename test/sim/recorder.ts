/**
 * Recorder: the history of a run as the checker reads it, and a fingerprint of everything
 * that happened, down to each step of the store. Two runs of one seed that differ
 * anywhere differ in their fingerprints.
 */
import { hash32 } from "../../protocol/shard.ts";
import type { HistoryEvent } from "../checker/history.ts";
import type { StartEvent, StopEvent } from "../checker/task-history.ts";
import type { VirtualClock } from "../clock.ts";

/** An event without its time, which is now. */
type Timeless<Event> = Event extends { readonly atMs: number }
	? Omit<Event, "atMs">
	: never;

export class Recorder {
	readonly events: HistoryEvent[] = [];
	fingerprint = 0;
	/** Executions under way, wherever they are. */
	readonly running = new Set<StartEvent>();
	readonly faults = new Map<string, number>();
	readonly #clock: VirtualClock;

	constructor(clock: VirtualClock) {
		this.#clock = clock;
	}

	record(event: Timeless<HistoryEvent>): void {
		this.add({ ...event, atMs: this.#nowMs() } as HistoryEvent);
	}

	add(event: HistoryEvent): void {
		if (event.kind === "start") this.running.add(event);
		if (event.kind === "stop") this.#stopped(event);
		this.events.push(event);
		this.fingerprint = hash32(JSON.stringify(event), this.fingerprint);
	}

	/** Takes note of something that is not part of the history. */
	stepped(what: string): void {
		const time = String(this.#clock.monoMs());
		this.fingerprint = hash32(what, hash32(time, this.fingerprint));
	}

	fault(name: string): void {
		this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
		this.stepped(name);
	}

	flaw(what: string): void {
		this.record({ kind: "flaw", what });
	}

	#stopped({ id, token, node }: StopEvent): void {
		for (const start of this.running) {
			if (start.id !== id || start.token !== token || start.node !== node)
				continue;
			this.running.delete(start);
			return;
		}
	}

	#nowMs(): number {
		return Math.round(this.#clock.monoMs() * 1_000) / 1_000;
	}
}
