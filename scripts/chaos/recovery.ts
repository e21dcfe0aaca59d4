/**
 * How soon work is taken up again: of every kill of a node, and of every run
 * that it cut short, the time from the kill to the start of the task's next
 * run. Pure.
 *
 * The figure holds whatever the node had just been doing. A run that was over,
 * but whose end was not yet in the store, counts too if it was repeated:
 * nobody else knew that it was over.
 */
import type { FaultRecord } from "./fault.ts";
import type { Run } from "./run-line.ts";

export interface Recovery {
	readonly id: string;
	readonly killedMs: number;
	/** From the kill to the next start. Undefined: it was not run again. */
	readonly ms: number | undefined;
	/** Whether another fault was there, or had just been, in between. */
	readonly disturbed: boolean;
}

/** What a fault of another kind did goes on to be felt for so long after it was mended. */
const AFTERMATH_MS = 5_000;

export function recoveriesOf(
	faults: readonly FaultRecord[],
	runs: readonly Run[],
): Recovery[] {
	return faults
		.filter(({ kind }) => kind === "kill")
		.flatMap((kill) =>
			runs
				.filter((run) => wasCutShort(run, kill))
				.map((run) => recoveryOf(run, kill, faults, runs)),
		);
}

function wasCutShort({ pid, overMs }: Run, kill: FaultRecord): boolean {
	return kill.pids.includes(pid) && overMs === undefined;
}

function recoveryOf(
	cut: Run,
	kill: FaultRecord,
	faults: readonly FaultRecord[],
	runs: readonly Run[],
): Recovery {
	const next = runs.find(
		({ id, startMs }) => id === cut.id && startMs > kill.atMs,
	);
	const untilMs = next?.startMs ?? Number.POSITIVE_INFINITY;
	const disturbed = faults.some((fault) => {
		const feltMs = fault.kind === "kill" ? 0 : AFTERMATH_MS;
		const overMs = (fault.untilMs ?? Number.POSITIVE_INFINITY) + feltMs;
		return fault !== kill && fault.atMs < untilMs && overMs > kill.atMs;
	});
	return {
		id: cut.id,
		killedMs: kill.atMs,
		ms: next && next.startMs - kill.atMs,
		disturbed,
	};
}
