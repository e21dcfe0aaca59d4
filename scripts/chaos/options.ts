/** What `npm run chaos` is asked for, its checks, and the command that asks for it again. */
import { parseArgs } from "node:util";
import { LINK_PING_MS, LINK_PING_TIMEOUT_MS } from "../../protocol/limits.ts";
import {
	FAULT_KINDS,
	type FaultKind,
	RECOVERED_KINDS,
	type RecoveredKind,
} from "./fault.ts";
import type { Series } from "./plan.ts";
import type { Fsync } from "./redis.ts";

/** Peers that are cut off silently miss each other after this, at the latest. */
const MISSED_S_MAX = (LINK_PING_MS + LINK_PING_TIMEOUT_MS) / 1_000;
/** They also have to report it, on a busy machine. */
const SPLIT_S_MIN = MISSED_S_MAX + 4;

export const HELP = `npm run chaos [-- OPTIONS]

Real nodes, real Redis, clients that submit without pause, and faults drawn from
a seed; then everything is mended, everything must end, and what was recorded
is held against what is promised. Exit code 1 when a promise is broken, 2 when it
is used wrongly or cannot do here what it is asked for.

  --nodes N        nodes of the cluster (default 5)
  --duration S     seconds of faults (default 60)
  --seed N         draws faults and workload (default: another one each time)
  --faults A,B     some of: ${FAULT_KINDS.join(", ")} (default all)
  --fsync HOW      of Redis: always (default), or everysec, where a killed Redis
                   may forget tasks, which are then counted
  --times N        instead: N faults of one kind, kill or vanish, one after the
                   other, to measure recovery …
  --interval MS    … so often (default: 2000 of kill, 14000 of vanish)
  --split S        instead: cut every peer from every other for S seconds (${SPLIT_S_MIN} or
                   more, as peers may take ${MISSED_S_MAX} to miss each other), with Redis
                   in reach, and measure throughput before, meanwhile and
                   after, and how soon the peers see each other again
  --attach URL     trouble the running local cluster of the node at this address,
                   by kill and pause; its nodes must have been started with
                   --handlers scripts/chaos/handlers.ts; an access token of the
                   cluster goes into HEARSAY_TOKEN
  --json           print the report as JSON; how far it is goes to standard error
`;

export interface Options {
	readonly nodes: number;
	readonly durationMs: number;
	readonly seed: number;
	readonly faults: readonly FaultKind[];
	readonly fsync: Fsync;
	/** Replaces faults of several kinds for the duration. */
	readonly series: Series | undefined;
	/** Replaces faults of several kinds: for so long no peer sees another. */
	readonly splitMs: number | undefined;
	/** Base URL of a running node's HTTP side. */
	readonly attach: string | undefined;
	readonly json: boolean;
}

/** A vanished node is back, and its return over, before the next one vanishes. */
const INTERVAL_MS: Readonly<Record<RecoveredKind, string>> = {
	kill: "2000",
	vanish: "14000",
};
const ATTACHED_FAULTS: readonly FaultKind[] = ["kill", "pause"];
const SEED_MAX = 2 ** 32 - 1;

/** Undefined if help was asked for. @throws TypeError with one sentence, if the use is wrong */
export function readOptions(args: readonly string[]): Options | undefined {
	const values = parse(args);
	if (values.help) return undefined;
	refuseContradictions(values);
	const { attach, times, interval, split, fsync = "always" } = values;
	if (fsync !== "always" && fsync !== "everysec") {
		throw new TypeError(`--fsync takes always or everysec, not "${fsync}".`);
	}
	const faults = readFaults(values.faults, attach === undefined);
	const { nodes = "5", duration = "60" } = values;
	return {
		nodes: readCount("--nodes", nodes, 2, 50),
		durationMs: readCount("--duration", duration, 1, 86_400) * 1_000,
		seed:
			values.seed === undefined
				? Math.floor(Math.random() * SEED_MAX)
				: readCount("--seed", values.seed, 0, SEED_MAX),
		...{ faults, fsync, json: values.json },
		series:
			times === undefined ? undefined : readSeries(faults, times, interval),
		splitMs:
			split === undefined
				? undefined
				: readCount("--split", split, SPLIT_S_MIN, 86_400) * 1_000,
		attach: attach === undefined ? undefined : readLoopback(attach),
	};
}

function parse(args: readonly string[]) {
	const text = { type: "string" } as const;
	const on = { type: "boolean", default: false } as const;
	try {
		return parseArgs({
			args: [...args],
			options: {
				...{ help: on, json: on, nodes: text, duration: text, seed: text },
				...{ faults: text, fsync: text, times: text, interval: text },
				...{ split: text, attach: text },
			},
		}).values;
	} catch (error) {
		// Node's messages go on with advice that does not fit here.
		const [sentence] = (error as Error).message.split(/[.\n]\s/);
		throw new TypeError(
			`${sentence?.replace(/\.$/, "")}; --help lists what there is.`,
		);
	}
}

/** Options that are of no use beside an option, or contradict it. */
const CONTRADICTIONS = {
	split: ["faults", "times", "interval", "duration", "attach"],
	times: ["duration"],
	attach: ["nodes", "fsync"],
} as const;

function refuseContradictions(values: ReturnType<typeof parse>): void {
	for (const [option, others] of Object.entries(CONTRADICTIONS)) {
		if (values[option as keyof typeof CONTRADICTIONS] === undefined) continue;
		const other = others.find((each) => values[each] !== undefined);
		if (other !== undefined) {
			throw new TypeError(
				`--${option} and --${other} do not go together; leave out one of them.`,
			);
		}
	}
	if (values.interval !== undefined && values.times === undefined) {
		throw new TypeError("--interval is of use with --times; add that.");
	}
}

/** The command that asks for the same again, including a seed that was drawn. */
export function commandOf(options: Options): string {
	const { attach, nodes, seed, faults, fsync, series, splitMs } = options;
	const where =
		attach === undefined
			? `--nodes ${nodes} --fsync ${fsync}`
			: `--attach ${attach}`;
	const what = () => {
		if (splitMs !== undefined) return `--split ${splitMs / 1_000}`;
		if (series === undefined) {
			return `--duration ${options.durationMs / 1_000} --faults ${faults.join(",")}`;
		}
		const { kind, count, everyMs } = series;
		return `--faults ${kind} --times ${count} --interval ${everyMs}`;
	};
	return `npm run chaos -- ${where} ${what()} --seed ${seed}`;
}

function readSeries(
	faults: readonly FaultKind[],
	times: string,
	interval: string | undefined,
): Series {
	const [only, ...others] = faults;
	const kind = RECOVERED_KINDS.find((each) => each === only);
	if (kind === undefined || others.length > 0) {
		throw new TypeError(
			`--times needs one kind of fault: add --faults ${RECOVERED_KINDS.join(" or --faults ")}.`,
		);
	}
	return {
		kind,
		count: readCount("--times", times, 1, 10_000),
		everyMs: readCount(
			"--interval",
			interval ?? INTERVAL_MS[kind],
			100,
			60_000,
		),
	};
}

function readFaults(text: string | undefined, own: boolean): FaultKind[] {
	const possible = own ? FAULT_KINDS : ATTACHED_FAULTS;
	if (text === undefined) return [...possible];
	const kinds = text.split(",");
	const unknown = kinds.find((kind) => !possible.some((each) => each === kind));
	if (unknown !== undefined) {
		throw new TypeError(
			`--faults has "${unknown}"; ${own ? "there are" : "with --attach there are"}: ${possible.join(", ")}.`,
		);
	}
	return possible.filter((kind) => kinds.includes(kind));
}

function readCount(
	option: string,
	text: string,
	min: number,
	max: number,
): number {
	const count = Number(text);
	if (/^\d+$/.test(text) && count >= min && count <= max) return count;
	throw new TypeError(
		`${option} takes a whole number from ${min} to ${max}, not "${text}".`,
	);
}

/** Signals reach only the processes of this machine. */
function readLoopback(text: string): string {
	if (!URL.canParse(text)) {
		throw new TypeError(
			`--attach takes a node's address like http://127.0.0.1:5000, not "${text}".`,
		);
	}
	const { hostname, origin } = new URL(text);
	if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return origin;
	throw new TypeError(
		`--attach: ${hostname} is not this machine; name a node at 127.0.0.1.`,
	);
}
