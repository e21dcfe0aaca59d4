/**
 * A CPU profile, added up: within a window of it, which functions were on top,
 * and what their code belongs to. Pure.
 */

const FUNCTIONS_MAX = 25;
const IDLE = "(idle)";

export interface ProfileSummary {
	/** The window, and how much of it the thread had something to do. */
	readonly tookMs: number;
	readonly busyPercent: number;
	/** Of the busy time, largest first. */
	readonly owners: readonly Share[];
	readonly functions: readonly (Share & { readonly place: string })[];
}
interface Share {
	readonly name: string;
	readonly percent: number;
}

/** As V8 writes it: a tree of calls, and which of its nodes was on top at each sample. Times are microseconds. */
export interface CpuProfile {
	readonly nodes: readonly {
		readonly id: number;
		readonly callFrame: CallFrame;
	}[];
	readonly startTime: number;
	readonly samples: readonly number[];
	readonly timeDeltas: readonly number[];
}
interface CallFrame {
	readonly functionName: string;
	readonly url: string;
	readonly lineNumber: number;
}

/** Milliseconds of `nowMs`, which V8's clock agrees with. */
export interface Span {
	readonly fromMs: number;
	readonly toMs: number;
}

export function summarizeProfile(
	{ nodes, startTime, samples, timeDeltas }: CpuProfile,
	{ fromMs, toMs }: Span,
): ProfileSummary {
	const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
	const owners = new Map<string, number>();
	const functions = new Map<string, number>();
	const places = new Map<string, string>();
	let atMicros = startTime;
	let busy = 0;
	let all = 0;
	for (const [i, id] of samples.entries()) {
		// A sample stands for the time until the next one.
		atMicros += timeDeltas[i] ?? 0;
		const micros = timeDeltas[i + 1] ?? 0;
		const frame = frames.get(id);
		const isWithin = atMicros >= fromMs * 1_000 && atMicros < toMs * 1_000;
		if (!isWithin || frame === undefined) continue;
		all += micros;
		if (frame.functionName === IDLE) continue;
		busy += micros;
		const place = placeOf(frame);
		const key = `${frame.functionName} ${place}`;
		places.set(key, place);
		functions.set(key, (functions.get(key) ?? 0) + micros);
		const owner = ownerOf(frame);
		owners.set(owner, (owners.get(owner) ?? 0) + micros);
	}
	const rank = (times: ReadonlyMap<string, number>) =>
		[...times]
			.sort(([, a], [, b]) => b - a)
			.map(([name, micros]) => ({ name, percent: (100 * micros) / busy }));
	return {
		tookMs: all / 1_000,
		busyPercent: (100 * busy) / all,
		owners: rank(owners),
		functions: rank(functions)
			.slice(0, FUNCTIONS_MAX)
			.map(({ name, percent }) => {
				const place = places.get(name) ?? "";
				return { name: name.slice(0, -place.length - 1), percent, place };
			}),
	};
}

/** `node/store/connection.ts:96`; what is not a file keeps its name. */
function placeOf({ url, lineNumber }: CallFrame): string {
	const path = url.replace(/^.*\/(?=node_modules\/|node\/|protocol\/)/, "");
	return path === "" ? "native" : `${path}:${lineNumber + 1}`;
}

/** A package, Node.js itself, a room of ours, or V8's own work. */
function ownerOf({ url, functionName }: CallFrame): string {
	const library = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
	if (library !== undefined) return library;
	if (url.startsWith("node:")) return "Node.js";
	const room = /\/(node\/(?:[a-z]+(?=\/))?|protocol\/)/.exec(url)?.[1];
	if (room !== undefined) return `ours: ${room}`;
	return functionName.startsWith("(") ? functionName : "V8 and native";
}

export function formatProfile(summary: ProfileSummary): string {
	const format = ({ name, percent }: Share) =>
		`${percent.toFixed(1).padStart(6)} %  ${name}`;
	return [
		`The node's main thread while it works a backlog off: busy ${summary.busyPercent.toFixed(0)} % of ${summary.tookMs.toFixed(0)} ms. Of that, by owner:`,
		...summary.owners.map(format),
		"and by function, without what it calls:",
		...summary.functions.map((each) => `${format(each)}  ${each.place}`),
		"",
	].join("\n");
}
