/** What a made-up cluster tells a reader of `/v1/live`: a frame that says all, then what is new. */
import {
	LIVE_ATTEMPTS_MAX,
	LIVE_ENDS_MAX,
	LIVE_LONG_MS,
	LIVE_NODES_MANY,
	LIVE_STEP_MS,
	LIVE_STEPS,
} from "../../protocol/limits.ts";
import type { LiveFrame } from "../../protocol/schema/live.ts";
import type { MadeUpCluster } from "./made-up-cluster.ts";
import type { MadeUpAttempt, MadeUpNode } from "./made-up-node.ts";

type Of<Name extends keyof LiveFrame> = NonNullable<LiveFrame[Name]>;

/** They fill most of what a first frame may have. */
const FIRST_ATTEMPTS = 800;

export class MadeUpStream {
	readonly #cluster: MadeUpCluster;
	/** How each attempt had ended when it was told. */
	#told = new Map<MadeUpAttempt, MadeUpAttempt["end"]>();

	readonly #states = new Map<number, string>();

	constructor(cluster: MadeUpCluster) {
		this.#cluster = cluster;
	}

	/** Of very many attempts some are left out, as a node does it. */
	first(): LiveFrame {
		const { cluster = "shop" } = this.#cluster.options;
		this.#told = new Map(
			this.#cluster.attempts.map((each) => [each, each.end]),
		);
		const by = this.#cluster.nodes[0] as MadeUpNode;
		return {
			...{
				kind: "first",
				...this.#head(),
				cluster,
				by: by.id,
				byName: by.name,
			},
			series: this.#series(),
			nodes: this.#cluster.nodes.map((node) => this.#tellNode(node)),
			lanes: {
				by: this.#isBusy ? "cells" : "attempts",
				attempts: this.#shown(this.#cluster.attempts).slice(-FIRST_ATTEMPTS),
				cells: this.#cluster.cells,
			},
			...{
				deaths: [...this.#cluster.deaths],
				events: this.#cluster.takeEvents(),
			},
			elsewhere: [],
		};
	}

	/** After at least a second. */
	next(): LiveFrame {
		const news = this.#cluster.attempts.filter(
			(each) => !this.#told.has(each) || this.#told.get(each) !== each.end,
		);
		for (const each of news) this.#told.set(each, each.end);
		const frame: LiveFrame = {
			...{ kind: "next", ...this.#head() },
			nodes: this.#newsOfNodes(),
			lanes: {
				by: this.#isBusy ? "cells" : "attempts",
				attempts: this.#shown(news).slice(0, LIVE_ATTEMPTS_MAX),
				cells: this.#cluster.cells.slice(-1),
			},
			...{
				deaths: [...this.#cluster.deaths],
				events: this.#cluster.takeEvents(),
			},
		};
		return frame;
	}

	/** Of many, only what matters: as a node does it to keep frames small. */
	#newsOfNodes(): Of<"nodes"> {
		const all = this.#cluster.nodes.map((node) => this.#tellNode(node));
		const isMany = all.length > LIVE_NODES_MANY;
		return all.flatMap(({ n, state, running, leaseLeftMs, epoch }) => {
			const before = this.#states.get(n);
			this.#states.set(n, state);
			if (isMany && before === state && state !== "suspect") return [];
			const lease = leaseLeftMs === undefined ? {} : { leaseLeftMs };
			return [{ ...{ n, state, running, epoch }, ...lease }];
		});
	}

	get #isBusy(): boolean {
		return (
			this.#cluster.endedAt.filter((ms) => ms > this.#cluster.nowMs - 1_000)
				.length > LIVE_ENDS_MAX
		);
	}

	#shown(attempts: readonly MadeUpAttempt[]): MadeUpAttempt[] {
		if (!this.#isBusy) return [...attempts];
		return attempts.filter(
			({ end, moved, claimedMs, endedMs = this.#cluster.nowMs }) =>
				end === "revoked" ||
				moved !== undefined ||
				endedMs - claimedMs > LIVE_LONG_MS,
		);
	}

	#head() {
		const {
			queues = [],
			queuesMore = 0,
			pending = 0,
			types = ["resize"],
			failing,
		} = this.#cluster.options;
		const ended = this.#cluster.endedAt.filter(
			(ms) => ms > this.#cluster.nowMs - 60_000,
		).length;
		const worst = queues[0];
		const away = this.#cluster.storeAwaySinceMs;
		const alive = this.#cluster.nodes.filter(({ fate }) => fate !== "dead");
		return {
			...{
				nowMs: this.#cluster.nowMs,
				asOf: new Date(this.#cluster.nowMs).toISOString(),
			},
			from: away === undefined ? ("store" as const) : ("gossip" as const),
			store:
				away === undefined
					? { up: true }
					: {
							up: false,
							awaySinceMs: away,
							why: "connect ECONNREFUSED",
							agree: alive.length - 1,
						},
			figures: {
				pending: pending + this.#cluster.orphans.length,
				started: alive.reduce((sum, { running }) => sum + running.size, 0),
				slots: alive.reduce((sum, { slots }) => sum + slots, 0),
				endedInMinute: ended,
				failing: {
					ended: ended * 15,
					failed: Math.round(ended * 15 * failing),
					types:
						failing > 0
							? types.slice(-2).map((type, at) => ({ type, failed: 90 - at }))
							: [],
				},
				...(worst?.oldest && {
					oldest: {
						id: worst.oldest.id,
						queue: worst.queue,
						type: worst.type,
						sinceMs: Date.parse(worst.oldest.since),
					},
				}),
			},
			...{ queues, queuesMore },
		};
	}

	#series(): Of<"series"> {
		const { pending = 0, failing } = this.#cluster.options;
		const all = this.#cluster.nodes.length * this.#cluster.options.slots;
		const list = (at: (step: number) => number) =>
			Array.from({ length: LIVE_STEPS }, (_, step) => Math.round(at(step)));
		const rate = (this.#cluster.endedAt.length / 62) * 5;
		const wave = (step: number) =>
			1 + 0.15 * Math.sin(step / 9) + 0.1 * Math.sin(step / 2.3);
		return {
			...{ stepMs: LIVE_STEP_MS, untilMs: this.#cluster.nowMs },
			pending: list((step) => pending * wave(step) * (0.4 + step / 300)),
			started: list((step) =>
				Math.min(all, all * this.#cluster.options.load * wave(step)),
			),
			slots: list(() => all),
			ended: list((step) => rate * wave(step)),
			failed: list((step) => rate * failing * wave(step + 20)),
			oldestMs: list((step) => step * 500),
		};
	}

	#tellNode(node: MadeUpNode) {
		const { n, id, name, zone, slots, running, epoch } = node;
		const state = node.state(this.#cluster.nowMs);
		return {
			...{ n, id, name, state, slots, running: running.size, epoch },
			...{ http: `10.0.0.${n + 4}:5000`, ...(zone && { zone }) },
			...{ load: 0.1, memoryBytes: 120_000_000 + n * 1_000_000 },
			...{
				seenBy: state === "dead" ? 0 : this.#cluster.nodes.length - 1,
				startedMs: this.#cluster.nowMs - 3_600_000,
			},
			...(state !== "dead" && {
				leaseLeftMs: node.leaseLeftMs(this.#cluster.nowMs),
			}),
		};
	}
}
