/**
 * What the simulator prints: how far it is, what it has seen, and what went wrong.
 */
import type { HistoryEvent } from "../checker/history.ts";
import type { Run } from "./run.ts";

const BREACHES_SHOWN = 5;
const EVENTS_SHOWN = 25;

/** The part of a run that is added up. */
export interface Outcome extends Pick<Run, "verdict" | "virtualMs" | "faults"> {
	readonly scenario: { readonly nodes: { readonly length: number } };
}

/** The tally of several runs. */
export class Tally {
	#runs = 0;
	#virtualMs = 0;
	#nodeMs = 0;
	#accepted = 0;
	#attempts = 0;
	#overlaps = 0;
	#lost = 0;
	readonly #faults = new Map<string, number>();

	add({ scenario, verdict, virtualMs, faults }: Outcome): void {
		this.#runs += 1;
		this.#virtualMs += virtualMs;
		this.#nodeMs += virtualMs * scenario.nodes.length;
		this.#accepted += verdict.accepted;
		this.#attempts += verdict.attempts;
		this.#overlaps += verdict.overlaps;
		this.#lost += verdict.lostToTheStore;
		for (const [name, count] of faults)
			this.#faults.set(name, count + (this.#faults.get(name) ?? 0));
	}

	get figures(): Record<string, number> {
		return {
			runs: this.#runs,
			"virtual minutes": Math.round(this.#virtualMs / 60_000),
			"tasks accepted": this.#accepted,
			attempts: this.#attempts,
			"attempts beside another of their task": this.#overlaps,
			"tasks lost with the store's last writes": this.#lost,
			...Object.fromEntries(
				[...this.#faults].map(([name, count]) => [`fault: ${name}`, count]),
			),
		};
	}

	progress(realMs: number): string {
		const minutes = this.#virtualMs / 60_000;
		return `${this.#runs} runs, ${minutes.toFixed(0)} virtual minutes in ${(realMs / 1_000).toFixed(1)} s (${(this.#virtualMs / realMs).toFixed(0)} minutes a minute)`;
	}

	summary(realMs: number): string {
		const faults = [...this.#faults].sort(([, a], [, b]) => b - a);
		const perCluster = (this.#nodeMs / this.#virtualMs).toFixed(1);
		return [
			`${this.progress(realMs)}, ${perCluster} nodes a cluster`,
			`${this.#accepted} tasks accepted, ${this.#attempts} attempts, ${this.#overlaps} overlapping, ${this.#lost} tasks lost with the store's last writes`,
			`faults: ${faults.map(([name, count]) => `${count} ${name}`).join(", ")}`,
		].join("\n");
	}
}

export function explain(
	{ seed, scenario, verdict, events }: Run,
	nodes: number | undefined,
): string {
	const { kind, shards, losesWrites, fault } = scenario;
	const { breaches } = verdict;
	const [first] = breaches;
	const more = breaches.length - BREACHES_SHOWN;
	const nodesFlag = nodes === undefined ? "" : ` --nodes ${nodes}`;
	const faultFlag = fault === undefined ? "" : ` --fault "${fault}"`;
	return [
		`seed ${seed} breaks a promise (${kind}, ${scenario.nodes.length} nodes, ${shards} shards${losesWrites ? ", a store that loses writes" : ""})`,
		...breaches
			.slice(0, BREACHES_SHOWN)
			.map(({ promise, what }) => `  ${promise}:\n    ${what}`),
		...(more > 0 ? [`  and ${more} more`] : []),
		"the last events that concern the first:",
		...concerning(events, first?.what ?? "").map(
			(event) => `  ${JSON.stringify(event)}`,
		),
		`repeat it with: npm run sim -- --seed ${seed}${nodesFlag}${faultFlag} --trace`,
		"",
	].join("\n");
}

/** The last events that concern the named task and nodes; or all of them, if none is named. */
function concerning(
	events: readonly HistoryEvent[],
	what: string,
): HistoryEvent[] {
	const words = new Set(what.split(/[ ,()]/));
	const named = events.filter((event) =>
		"id" in event
			? words.has(event.id)
			: event.kind !== "impaired" || words.has(event.node),
	);
	const some = named.some((event) => "id" in event) ? named : events;
	return some.slice(-EVENTS_SHOWN);
}
