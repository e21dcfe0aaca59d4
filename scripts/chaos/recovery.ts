/**
 * How soon work is taken up again: for every node that was killed or vanished, and for
 * every run that this cut short, the time from the fault to the start of the task's next
 * run. Pure.
 *
 * A run is cut short if it was under way and did not come to its end. A run that did come
 * to its end counts too if it was repeated: nobody else knew that it was over.
 */
import {
	LEASE_TTL_MS,
	PULSE_MS_MAX,
	SILENT_PEERS_MAX,
} from "../../protocol/limits.ts";
import type { FaultRecord, RecoveredKind } from "./fault.ts";
import type { Run } from "./run-line.ts";

/** From this long after their start, nodes have seen the store for long enough to judge a silent peer. */
const SETTLED_MS = LEASE_TTL_MS + 2 * PULSE_MS_MAX;
/** The time from the end of a lease, by when a sweep has seen it, to the start of what it held. */
const TAKEN_UP_MS = 1_000;

/**
 * The promise for a node that vanished so long after the start, among so many nodes. Its
 * peers are sooner than its lease, by 2 s or more if the machine has nothing else to do;
 * if they cannot judge it, or not yet, the sweep is. The cost of a kill is only measured.
 */
export function vanishedMsMax(sinceStartMs: number, nodes: number): number {
	const isJudged = sinceStartMs >= SETTLED_MS && nodes - 1 <= SILENT_PEERS_MAX;
	return isJudged ? LEASE_TTL_MS : LEASE_TTL_MS + PULSE_MS_MAX + TAKEN_UP_MS;
}

export interface Recovery {
	readonly id: string;
	/** When the node was struck. */
	readonly atMs: number;
	/** The time from then to the next start; undefined if the task was not run again. */
	readonly ms: number | undefined;
	/** Whether there was, or had just been, another fault in between. */
	readonly disturbed: boolean;
}

/**
 * How long the effects of another kind of fault are felt after it was mended. Kills do
 * not affect one another; but a node that has just started cannot judge who is silent.
 */
const AFTERMATH_MS = 5_000;

export function recoveriesOf(
	kind: RecoveredKind,
	faults: readonly FaultRecord[],
	runs: readonly Run[],
): Recovery[] {
	return faults
		.filter((fault) => fault.kind === kind)
		.flatMap((fault) =>
			runs
				.filter((run) => wasUnderWay(run, fault, runs))
				.map((run) => ({ run, next: nextOf(run, fault, runs) }))
				.filter(({ run, next }) => run.how !== "end" || next !== undefined)
				.map(({ run, next }) => recoveryOf(run, next, fault, faults)),
		);
}

/** Whether this was the newest run of its task, as far as anybody knew. */
function wasUnderWay(
	{ id, pid, parent, token, startMs, overMs }: Run,
	{ pids, atMs }: FaultRecord,
	runs: readonly Run[],
): boolean {
	if (!pids.includes(pid) && !pids.includes(parent)) return false;
	if (startMs >= atMs) return false;
	if (overMs !== undefined && overMs < atMs) return false;
	return !runs.some(
		(run) => run.id === id && run.token > token && run.startMs < atMs,
	);
}

function nextOf(
	{ id }: Run,
	{ atMs }: FaultRecord,
	runs: readonly Run[],
): Run | undefined {
	return runs.find((run) => run.id === id && run.startMs > atMs);
}

function recoveryOf(
	{ id }: Run,
	next: Run | undefined,
	struck: FaultRecord,
	faults: readonly FaultRecord[],
): Recovery {
	const untilMs = next?.startMs ?? Number.POSITIVE_INFINITY;
	const disturbed = faults.some((fault) => {
		const areKills = fault.kind === "kill" && struck.kind === "kill";
		const feltMs = areKills ? 0 : AFTERMATH_MS;
		const overMs = (fault.untilMs ?? Number.POSITIVE_INFINITY) + feltMs;
		return fault !== struck && fault.atMs < untilMs && overMs > struck.atMs;
	});
	return {
		...{ id, atMs: struck.atMs, disturbed },
		ms: next && next.startMs - struck.atMs,
	};
}
