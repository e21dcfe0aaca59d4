/**
 * Cells that a thread and its node share, one for each job in the thread: whoever wins it,
 * by compare-exchange, has the job. The thread begins a job only by winning its cell; the
 * node takes one back only so. Hence what has not begun can be moved, while the thread is in
 * the middle of something else, and cannot begin twice.
 *
 * A cell lies at the place of its job's number (see `slot-map.ts`) and holds how often that
 * was used before: what was said of a former job there wins nothing. Beside it the thread
 * writes when it begins a job: of one that is ended by force it can say no more.
 */
import { PLACES, placeOf } from "../slot-map.ts";

export interface BeginCells {
	readonly states: Int32Array<SharedArrayBuffer>;
	/** By the node's clock. */
	readonly beganMs: Float64Array<SharedArrayBuffer>;
	/** How far the machine's clock is ahead of the node's. */
	readonly machineAheadMs: number;
}

const GIVEN = 0;
const BEGUN = 1;
const TAKEN_BACK = 2;
const STATE_BITS = 2;

// Kept from before task code is loaded: see `worker/native.ts`.
const { compareExchange, load, store } = Atomics;

/** The system has memory for those that are used. */
export function newCells(machineAheadMs: number): BeginCells {
	return {
		machineAheadMs,
		states: new Int32Array(
			new SharedArrayBuffer(PLACES * Int32Array.BYTES_PER_ELEMENT),
		),
		beganMs: new Float64Array(
			new SharedArrayBuffer(PLACES * Float64Array.BYTES_PER_ELEMENT),
		),
	};
}

/** By the node, before it says so to the thread. */
export function give({ states }: BeginCells, number: number): void {
	store(states, placeOf(number), mark(number, GIVEN));
}

/** By the thread, `nowMs` by the node's clock; true: the job is its own, and is to begin now. */
export function begin(
	cells: BeginCells,
	number: number,
	nowMs: number,
): boolean {
	// Before: who sees that it has begun sees when.
	cells.beganMs[placeOf(number)] = nowMs;
	return win(cells, number, BEGUN);
}

/** By the node; true: the job never begins in the thread. */
export function takeBack(cells: BeginCells, number: number): boolean {
	return win(cells, number, TAKEN_BACK);
}

export function hasBegun({ states }: BeginCells, number: number): boolean {
	return load(states, placeOf(number)) === mark(number, BEGUN);
}

/** Of one that has begun: when. */
export function beganMs(cells: BeginCells, number: number): number {
	return cells.beganMs[placeOf(number)] as number;
}

function win({ states }: BeginCells, number: number, state: number): boolean {
	const given = mark(number, GIVEN);
	const found = compareExchange(
		states,
		placeOf(number),
		given,
		mark(number, state),
	);
	return found === given;
}

/** Cells hold 32 bits: what is said of a job is not that old that a place was used so often. */
function mark(number: number, state: number): number {
	const used = (number - placeOf(number)) / PLACES;
	return (used << STATE_BITS) | state;
}
