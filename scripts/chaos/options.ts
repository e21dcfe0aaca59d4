/** What `npm run chaos` is asked for, and its checks. */
import { parseArgs } from "node:util";
import { FAULT_KINDS, type FaultKind } from "./fault.ts";
import type { Fsync } from "./redis.ts";

export const HELP = `npm run chaos [-- OPTIONS]

Real nodes, real Redis, clients that submit without pause, and faults drawn from
a seed; then everything is mended, everything must end, and what was recorded
is held against what is promised. Exit code 1 where a promise is broken.

  --nodes N        nodes of the cluster (default 5)
  --duration S     seconds of faults (default 60)
  --seed N         draws faults and workload (default: another one each time)
  --faults A,B     some of: ${FAULT_KINDS.join(", ")} (default all)
  --fsync HOW      of Redis: always (default), or everysec, where a killed Redis
                   may forget tasks, which are then counted
  --kills N        instead: kill a node N times, to measure recovery …
  --interval MS    … so often (default 2000)
  --attach URL     trouble the running local cluster of the node at this address,
                   by kill and pause; its nodes must have been started with
                   --handlers scripts/chaos/handlers.ts
  --json           print the report as JSON
`;

export interface Options {
	readonly nodes: number;
	readonly durationMs: number;
	readonly seed: number;
	readonly faults: readonly FaultKind[];
	readonly fsync: Fsync;
	/** Undefined: faults of all kinds, for the duration. */
	readonly kills:
		| { readonly count: number; readonly everyMs: number }
		| undefined;
	/** Base of a running node's HTTP side. */
	readonly attach: string | undefined;
	readonly json: boolean;
}

const ATTACHED_FAULTS: readonly FaultKind[] = ["kill", "pause"];
const SEED_MAX = 2 ** 32 - 1;

/** Undefined: help was asked for. @throws TypeError where the use is wrong. */
export function readOptions(args: readonly string[]): Options | undefined {
	const { values } = parseArgs({
		args: [...args],
		options: {
			help: { type: "boolean", default: false },
			nodes: { type: "string", default: "5" },
			duration: { type: "string", default: "60" },
			seed: { type: "string" },
			faults: { type: "string" },
			fsync: { type: "string", default: "always" },
			kills: { type: "string" },
			interval: { type: "string", default: "2000" },
			attach: { type: "string" },
			json: { type: "boolean", default: false },
		},
	});
	if (values.help) return undefined;
	const { fsync, attach, kills } = values;
	if (fsync !== "always" && fsync !== "everysec") {
		throw new TypeError(`--fsync: ${fsync} is neither always nor everysec`);
	}
	return {
		nodes: readCount("--nodes", values.nodes, 2, 50),
		durationMs: readCount("--duration", values.duration, 1, 86_400) * 1_000,
		seed:
			values.seed === undefined
				? Math.floor(Math.random() * SEED_MAX)
				: readCount("--seed", values.seed, 0, SEED_MAX),
		faults: readFaults(values.faults, attach === undefined),
		fsync,
		kills:
			kills === undefined
				? undefined
				: {
						count: readCount("--kills", kills, 1, 10_000),
						everyMs: readCount("--interval", values.interval, 100, 60_000),
					},
		attach: attach === undefined ? undefined : readLoopback(attach),
		json: values.json,
	};
}

function readFaults(text: string | undefined, own: boolean): FaultKind[] {
	const possible = own ? FAULT_KINDS : ATTACHED_FAULTS;
	if (text === undefined) return [...possible];
	const kinds = text.split(",");
	const unknown = kinds.find((kind) => !possible.some((each) => each === kind));
	if (unknown !== undefined) {
		throw new TypeError(
			`--faults: there is no ${unknown}; there are ${possible.join(", ")}`,
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
	if (Number.isSafeInteger(count) && count >= min && count <= max) return count;
	throw new TypeError(
		`${option}: ${text} is not a whole number from ${min} to ${max}`,
	);
}

/** Signals reach the processes of this machine only. */
function readLoopback(text: string): string {
	if (!URL.canParse(text)) throw new TypeError(`--attach: ${text} is no URL`);
	const { hostname, origin } = new URL(text);
	if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return origin;
	throw new TypeError(
		`--attach: ${hostname} is not this machine; name a node at 127.0.0.1`,
	);
}
