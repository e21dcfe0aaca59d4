/** What a page keeps of the frames that it was told, put together as their schema says. */
import { LIVE_DEATHS_MAX, LIVE_DEATHS_MS } from "../protocol/limits.ts";
import type { LiveFrame } from "../protocol/schema/live.ts";

type Lanes = NonNullable<LiveFrame["lanes"]>;
type Bar = Lanes["attempts"][number];
type NodeLine = NonNullable<LiveFrame["nodes"]>[number];
type DeathLine = NonNullable<LiveFrame["deaths"]>[number];

export class LiveView {
	readonly nodes = new Map<number, NodeLine>();
	readonly bars = new Map<string, Bar>();
	readonly deaths = new Map<string, DeathLine>();
	readonly events: NonNullable<LiveFrame["events"]> = [];
	queues: LiveFrame["queues"];
	cells: Lanes["cells"] = [];
	firsts = 0;
	last: LiveFrame | undefined;

	take(frame: LiveFrame): void {
		this.last = frame;
		if (frame.kind === "first") {
			this.firsts += 1;
			for (const kept of [this.nodes, this.bars, this.deaths]) kept.clear();
			this.events.length = 0;
			this.cells = [];
		}
		for (const line of frame.nodes ?? [])
			this.nodes.set(line.n, { ...this.nodes.get(line.n), ...line });
		for (const n of frame.nodesGone ?? []) this.nodes.delete(n);
		for (const bar of frame.lanes?.attempts ?? [])
			this.bars.set(`${bar.shard} ${bar.token}`, bar);
		for (const death of frame.deaths ?? [])
			this.deaths.set(`${death.node} ${death.shard} ${death.epoch}`, death);
		this.#keepNewest(frame.nowMs ?? 0);
		this.events.push(...(frame.events ?? []));
		this.queues = frame.queues ?? this.queues;
		this.cells.push(...(frame.lanes?.cells ?? []));
	}

	/** Nobody tells when a death is no longer one of the last minutes, or of the newest. */
	#keepNewest(nowMs: number): void {
		const kept = [...this.deaths.values()]
			.filter(({ atMs }) => atMs > nowMs - LIVE_DEATHS_MS)
			.sort((a, b) => b.atMs - a.atMs)
			.slice(0, LIVE_DEATHS_MAX);
		for (const [key, death] of this.deaths)
			if (!kept.includes(death)) this.deaths.delete(key);
	}

	named(name: string): NodeLine {
		const line = [...this.nodes.values()].find((each) => each.name === name);
		if (line === undefined) throw new Error(`${name} is not told`);
		return line;
	}

	barsOf(task: string): Bar[] {
		return [...this.bars.values()]
			.filter((bar) => bar.task === task)
			.sort((a, b) => a.token - b.token);
	}
}
