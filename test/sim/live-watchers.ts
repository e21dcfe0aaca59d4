/**
 * Pages that are drawn live, from one node after the other, while nodes die and the store
 * loses writes. Frames keep within their sizes, whatever happens. At the end each page shows
 * what there is: the same as a page that comes only then, and as the store. Every other page
 * reaches the tasks of one queue only.
 */
import {
	LIVE_DEATHS_MAX,
	LIVE_DEATHS_MS,
	LIVE_FIRST_BYTES_MAX,
	LIVE_NEXT_BYTES_MAX,
} from "../../protocol/limits.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import { APART_MS_MAX, flawsOfDeaths } from "../checker/shown-deaths.ts";
import { LiveView } from "../live-view.ts";
import type { SeededRandom } from "../random.ts";
import type { Cluster } from "./cluster.ts";
import type { SimulatedNode } from "./simulated-node.ts";
import { Wanderer } from "./wanderer.ts";

/** The longest time for which a page stays with a node. */
const STAY_MS_MAX = 12_000;
/** How long pages read on at the end, so that some frames say what has become of everything. */
const SETTLED_MS = 8_000;

const OWN = { queues: ["default"] };

class Page extends Wanderer {
	readonly flaws = new Set<string>();
	/** What the page is restricted to; undefined if it reaches all tasks. */
	readonly within: typeof OWN | undefined;

	constructor(
		cluster: Cluster,
		random: SeededRandom,
		within: typeof OWN | undefined,
	) {
		super(cluster, random);
		this.within = within;
		void this.wander(STAY_MS_MAX);
	}

	async stay(node: SimulatedNode, leave: Promise<undefined>): Promise<void> {
		(await this.read(node, leave)).close();
	}

	/** Reads until the page leaves, or the node ends the stream: it may be dead, or stand still. */
	async read({ api }: SimulatedNode, leave: Promise<undefined>) {
		const view = new LiveView();
		const asked = api.live.read(this.within);
		const reader = await Promise.race([leave, asked]);
		const close = () => void asked.then((late) => late?.close());
		while (reader !== undefined) {
			const message = await Promise.race([leave, reader.messages.next()]);
			if (message === undefined || message.done) break;
			this.#check(message.value.frame);
			view.take(message.value.frame);
		}
		return { view, reader, close };
	}

	#check(frame: LiveFrame): void {
		const bytes = Buffer.byteLength(JSON.stringify(frame));
		const most =
			frame.kind === "first" ? LIVE_FIRST_BYTES_MAX : LIVE_NEXT_BYTES_MAX;
		if (bytes > most) this.flaws.add(`was told ${bytes} bytes at once`);
		if (this.within === undefined) return;
		const { lanes, events = [], queues = [] } = frame;
		const tasks = [...(lanes?.attempts ?? []), ...queues];
		for (const { queue } of [...tasks, ...events.filter(({ task }) => task)])
			if (queue === undefined || !this.within.queues.includes(queue))
				this.flaws.add(`was told of ${queue}`);
	}
}

export class LiveWatchers {
	readonly #pages: readonly Page[];
	readonly #staying: {
		readonly page: Page;
		readonly node: SimulatedNode;
		readonly leave: (nothing: undefined) => void;
		readonly read: ReturnType<Page["read"]>;
	}[] = [];
	readonly #cluster: Cluster;

	constructor(cluster: Cluster, count: number, random: SeededRandom) {
		this.#cluster = cluster;
		this.#pages = Array.from({ length: count }, (_, i) => {
			const isOfAll = (cluster.scenario.seed + i) % 2 === 0;
			return new Page(cluster, random, isOfAll ? undefined : OWN);
		});
	}

	/** Lets each page stay where it is from now on: all nodes are well, and there is work left. */
	settle(): void {
		const { shards } = this.#cluster.scenario;
		const node = this.#cluster
			.alive()
			.find(({ agreed, spec }) => agreed && spec.shards === shards);
		if (node === undefined) return;
		for (const page of this.#pages) {
			page.end();
			const leave = Promise.withResolvers<undefined>();
			const read = page.read(node, leave.promise);
			this.#staying.push({ page, node, leave: leave.resolve, read });
		}
	}

	/** Compares what pages show, once nothing happens any more. */
	async finish(): Promise<void> {
		const { clock, recorder } = this.#cluster.world;
		await clock.runFor(this.#staying.length > 0 ? SETTLED_MS : 0);
		for (const [i, { page, node, leave, read }] of this.#staying.entries()) {
			const anew = Promise.withResolvers<undefined>();
			const reading = page.read(node, anew.promise);
			await clock.runFor(1);
			anew.resolve(undefined);
			leave(undefined);
			const [old, fresh] = [await read, await reading];
			// A node that has left meanwhile has ended its streams.
			if (!node.machine.alive || fresh.reader === undefined) continue;
			for (const flaw of [
				...page.flaws,
				...this.#flawsOf(old.view, page),
				...this.#deathFlawsOf(old.view),
				...difference(old.view, fresh.view),
			])
				recorder.record({ kind: "untold", what: `page ${i}: ${flaw}` });
			for (const { close } of [old, fresh]) close();
			await clock.runFor(1);
		}
	}

	get #ownRunning(): number {
		const { truth } = this.#cluster.world.server;
		const records = truth.flatMap(({ contents }) => [
			...contents.tasks.records.all,
		]);
		return records.filter(
			({ state, route }) =>
				state === "STARTED" &&
				OWN.queues.some((queue) => route.startsWith(`${queue}|`)),
		).length;
	}

	/** Deaths that are shown otherwise than the store took the leases. */
	#deathFlawsOf({ deaths, last }: LiveView): string[] {
		const { truth } = this.#cluster.world.server;
		const shown = [...deaths.values()];
		// What was lost with a death that is too old to be shown does not belong to these.
		const oldestMs = Math.max(
			(last?.nowMs ?? 0) - LIVE_DEATHS_MS,
			shown.length < LIVE_DEATHS_MAX
				? Number.NEGATIVE_INFINITY
				: Math.min(...shown.map(({ atMs }) => atMs)),
		);
		return [...Map.groupBy(shown, ({ node }) => node)].flatMap(([node, its]) =>
			flawsOfDeaths(
				its,
				truth.map(({ contents }) => contents.sessions.deaths.everOf(node)),
				oldestMs + APART_MS_MAX,
			).map((what) => `shows that ${node} ${what}`),
		);
	}

	#flawsOf({ bars, last }: LiveView, { within }: Page): string[] {
		const { truth } = this.#cluster.world.server;
		const states = truth.map(({ contents }) => contents.tasks.counts().states);
		const sum = (state: "PENDING" | "STARTED") =>
			states.reduce((total, counts) => total + counts[state], 0);
		const { figures } = last ?? {};
		const running = [...bars.values()].filter(({ end }) => end === undefined);
		return [
			...(figures?.pending === sum("PENDING")
				? []
				: ["shows other waiting tasks"]),
			...(figures?.started === sum("STARTED")
				? []
				: ["shows other running tasks"]),
			...(running.length === (within ? this.#ownRunning : sum("STARTED"))
				? []
				: running.map(({ task }) => `shows ${task} as running`)),
		];
	}
}

/** What a page that was there all along shows differently from one that has just come. */
function difference(old: LiveView, fresh: LiveView): string[] {
	// Another frame may have come since, in the same moment.
	if (fresh.firsts === 0) return ["was told nothing at the end"];
	const linesOf = ({ nodes }: LiveView) =>
		[...nodes.values()]
			.map(({ name, state }) => `${name} ${state}`)
			.sort()
			.join(", ");
	const deathsOf = ({ deaths }: LiveView) =>
		[...deaths.values()]
			.map((d) =>
				[d.node, d.epoch, d.by, d.tasks, d.movedTasks, d.overTasks].join(" "),
			)
			.sort()
			.join(", ");
	return [
		...(linesOf(old) === linesOf(fresh)
			? []
			: [`shows ${linesOf(old)}, another ${linesOf(fresh)}`]),
		...(deathsOf(old) === deathsOf(fresh)
			? []
			: [`shows deaths ${deathsOf(old)}; another ${deathsOf(fresh)}`]),
	];
}
