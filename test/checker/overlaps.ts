/**
 * Two executions of one task overlap only in these cases: while the earlier one's holder
 * is paused, and once it wakes, it stops in time; or while the holder is gone except for
 * its process, which has to end before the calls in it do, when no code of the task runs
 * any more that could be told to stop.
 *
 * A node that is cut off has to stop before another may begin. The one exception is a
 * node that has come since the holder last heard from the store: it has asked nobody, and
 * can wait until the holder's lease has expired, or take it at once if the holder's
 * address refuses (see below). To know about it, the openings of sessions must have been
 * recorded; if they were not, a node that is cut off is excused like one that is paused.
 *
 * A node whose address refuses connections counts as dead once its peers have lost sight
 * of it. If it lives, it hears that from the store, by its next pulse; or, if the store or a
 * shard of it does not answer, it stops because not all peers do. A node that is paused
 * before it has stopped stops once it wakes, like any paused node.
 *
 * Whoever takes a task away by force and then has it run again knows that its code may
 * still run: attempts of different rounds may overlap then.
 *
 * If the store has lost writes, it may have lost an execution under way, and nobody can
 * know about it: such overlaps are not held against anybody. The execution may also begin
 * just after that: the answer that gave the task was still on its way when the store lost
 * what it said.
 */
import {
	ABORT_GRACE_MS,
	CUT_OFF_AGE_MS,
	LEASE_TTL_MS,
	PULSE_MS_MAX,
	RENEWAL_TIMEOUT_MS,
	STORE_COMMAND_TIMEOUT_MS,
} from "../../protocol/limits.ts";
import type { History, ImpairedEvent } from "./history.ts";
import type { StartEvent } from "./task-history.ts";

/** Allows for clocks that run slow, timers that are late, and answers on their way. */
const SLACK_MS = 300;

type Span = Pick<ImpairedEvent, "fromMs" | "untilMs">;
type StopTimes = Readonly<Record<ImpairedEvent["why"], number>>;

export interface Overlap {
	readonly earlier: StartEvent;
	readonly later: StartEvent;
	readonly fromMs: number;
	readonly untilMs: number;
}

export function judgeOverlaps(history: History, stopMs: StopTimes): string[] {
	const { impaired, lostWritesMs } = history;
	return overlapsOf(history)
		.filter(({ earlier, fromMs, untilMs }) => {
			const forgotten = lostWritesMs.some(
				(ms) => ms >= earlier.atMs - STORE_COMMAND_TIMEOUT_MS && ms <= untilMs,
			);
			const excuses = impaired.filter(
				(each) =>
					each.node === earlier.node &&
					(each.why !== "cut-off" || mayHaveJoined(history, each, fromMs)),
			);
			if (wasHeldForDead(history, earlier.node, fromMs)) {
				const toldMs = fromMs + toldMsMax(history, earlier.node, fromMs);
				// A node that is cut off gets no more time than that.
				const later = excuses.filter(({ why }) => why !== "cut-off");
				if (covers(later, stopMs, toldMs, untilMs)) return false;
			}
			return !forgotten && !covers(excuses, stopMs, fromMs, untilMs);
		})
		.map(
			({ earlier, later, fromMs, untilMs }) =>
				`${earlier.id} ran on ${earlier.node} (token ${earlier.token}) and on ${later.node} (token ${later.token}) from ${fromMs} to ${untilMs} ms, and ${earlier.node} could have known`,
		);
}

export function overlapsOf({ tasks, deleted }: History): Overlap[] {
	const overlaps: Overlap[] = [];
	for (const { id, submits, starts, stops, cancels } of tasks.values()) {
		// Whoever asks for that knows it.
		if (submits[0]?.runsOn) continue;
		const isForced = cancels.some(({ force }) => force);
		const stopOf = ({ token, node }: StartEvent) =>
			stops.find((stop) => stop.token === token && stop.node === node)?.atMs ??
			Number.POSITIVE_INFINITY;
		// The lower token was given first, even if its holder started late.
		const inOrder = [...starts].sort((a, b) => a.token - b.token);
		for (const [i, earlier] of inOrder.entries()) {
			for (const later of inOrder.slice(i + 1)) {
				const isLater = (earlier.round ?? 1) < (later.round ?? 1);
				if (isForced && (isLater || deleted.has(id))) continue;
				const fromMs = Math.max(earlier.atMs, later.atMs);
				const untilMs = Math.min(stopOf(earlier), stopOf(later));
				if (fromMs < untilMs)
					overlaps.push({ earlier, later, fromMs, untilMs });
			}
		}
	}
	return overlaps;
}

/** Whether another node came after the holder's last renewal, and could take its lease in time. */
function mayHaveJoined(
	history: History,
	cutOff: ImpairedEvent,
	takenMs: number,
): boolean {
	const { opened } = history;
	const renewedMs = cutOff.fromMs - RENEWAL_TIMEOUT_MS;
	const needsMs = wasHeldForDead(history, cutOff.node, takenMs)
		? 0
		: LEASE_TTL_MS;
	return (
		opened.length === 0 ||
		opened.some(
			({ node, atMs }) =>
				node !== cutOff.node && atMs >= renewedMs && atMs + needsMs <= takenMs,
		)
	);
}

function wasHeldForDead(
	{ refusing }: History,
	holder: string,
	atMs: number,
): boolean {
	return refusing.some(
		({ node, fromMs, untilMs }) =>
			node === holder && fromMs <= atMs && atMs <= untilMs + SLACK_MS,
	);
}

/** How long a node that counts as dead may go on running what it ran. */
function toldMsMax(history: History, holder: string, atMs: number) {
	const { impaired, shardsAway } = history;
	const keepsItFromPulsing = ({ fromMs, untilMs }: Span) =>
		fromMs <= atMs + PULSE_MS_MAX && atMs <= untilMs + STORE_COMMAND_TIMEOUT_MS;
	const isAway =
		impaired.some((each) => each.node === holder && keepsItFromPulsing(each)) ||
		shardsAway.some(keepsItFromPulsing);
	const runsMs = isAway ? CUT_OFF_AGE_MS : PULSE_MS_MAX;
	return runsMs + ABORT_GRACE_MS + SLACK_MS;
}

/** Whether the times of impairment, each with its grace, leave no gap. */
function covers(
	excuses: readonly ImpairedEvent[],
	stopMs: StopTimes,
	fromMs: number,
	untilMs: number,
): boolean {
	let coveredMs = fromMs;
	const inOrder = [...excuses].sort((a, b) => a.fromMs - b.fromMs);
	for (const excuse of inOrder) {
		if (excuse.fromMs > coveredMs) continue;
		coveredMs = Math.max(coveredMs, excuse.untilMs + stopMs[excuse.why]);
	}
	return coveredMs >= untilMs;
}
