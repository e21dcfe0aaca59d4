/**
 * Sums of how work went, as amounts by name, as the store keeps them: `e` ended, `f` failed, `w`
 * and `r` what they waited and ran in all, and `w7` how many waits fell into that bucket.
 */
import { WORK_BOUNDS_S } from "./instruments.ts";

export interface Sums {
	ended: number;
	failed: number;
	waitMs: number;
	readonly waits: number[];
	runMs: number;
	readonly runs: number[];
}

interface Series extends Readonly<Omit<Sums, "waits" | "runs">> {
	readonly waits: readonly number[];
	readonly runs: readonly number[];
}

interface Named extends Sums {
	readonly queue: string;
	readonly type: string;
}

export function noSums(): Sums {
	const none = () => Array<number>(WORK_BOUNDS_S.length + 1).fill(0);
	return {
		...{ ended: 0, failed: 0, waitMs: 0, waits: none() },
		...{ runMs: 0, runs: none() },
	};
}

export function addSums(to: Sums, more: Series): void {
	to.ended += more.ended;
	to.failed += more.failed;
	to.waitMs += more.waitMs;
	to.runMs += more.runMs;
	for (const at of to.waits.keys()) {
		to.waits[at] = (to.waits[at] ?? 0) + (more.waits[at] ?? 0);
		to.runs[at] = (to.runs[at] ?? 0) + (more.runs[at] ?? 0);
	}
}

/** The names and amounts: `e` first, then the others above 0. */
export function writeSums(sums: Series): [name: string, amount: number][] {
	const { ended, failed, waitMs, waits, runMs, runs } = sums;
	const buckets = (name: string, counts: readonly number[]) =>
		counts.map((count, at): [string, number] => [`${name}${at}`, count]);
	const all: [string, number][] = [
		...([["f", failed] as const, ["w", waitMs] as const] as [string, number][]),
		...([["r", runMs]] as [string, number][]),
		...[...buckets("w", waits), ...buckets("r", runs)],
	];
	const some = all.filter(([, amount]) => Math.round(amount) > 0);
	return [["e", ended], ...some].map(([name, amount]) => [
		name as string,
		Math.round(amount as number),
	]);
}

/** Reads fields "queue type name". What is no such field is left out, as a store may be of another version. */
export function readSums(fields: ReadonlyMap<string, number>): Named[] {
	const all = new Map<string, Named>();
	for (const [field, amount] of fields) {
		const [queue, type, name] = field.split(" ");
		if (queue === undefined || type === undefined || name === undefined)
			continue;
		const key = `${queue} ${type}`;
		const series = all.get(key) ?? { queue, type, ...noSums() };
		all.set(key, series);
		put(series, name, amount);
	}
	return [...all.values()];
}

function put(series: Named, name: string, amount: number): void {
	const at = Number(name.slice(1));
	if (name === "e") series.ended = amount;
	else if (name === "f") series.failed = amount;
	else if (name === "w") series.waitMs = amount;
	else if (name === "r") series.runMs = amount;
	else if (name.startsWith("w") && at in series.waits)
		series.waits[at] = amount;
	else if (name.startsWith("r") && at in series.runs) series.runs[at] = amount;
}
