/**
 * Cells that a thread and its node share, one for each job in the thread: whoever wins a
 * cell, by compare-exchange, has its job. The thread begins a job only by winning its
 * cell, and the node takes one back only by winning it. So a job that has not begun can
 * be moved while the thread is in the middle of something else, and cannot begin twice.
 *
 * A cell lies at the place of its job's number (see `slot-map.ts`) and holds how often
 * that place was used before: a message about a former job there wins nothing. Beside it
 * the thread writes when it begins a job: if a job is ended by force, the thread can say
 * no more about it.
 */
import { PLACES, placeOf } from "../slot-map.ts";

export interface BeginCells {
	readonly states: Int32Array<SharedArrayBuffer>;
	/** When jobs began, by the node's clock. */
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

/**
 * Makes cells for as many jobs as there may be; the system provides memory only for those
 * that are used.
 */
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

/**
 * Opens the cell of a job. To be called by the node, before it tells the thread about the
 * job.
 */
export function give({ states }: BeginCells, number: number): void {
	store(states, placeOf(number), mark(number, GIVEN));
}

/**
 * Takes a job for the thread, at `nowMs` by the node's clock. True: the job is its own,
 * and is to begin now.
 */
export function begin(
	cells: BeginCells,
	number: number,
	nowMs: number,
): boolean {
	// Written first: whoever sees that the job has begun also sees when.
	cells.beganMs[placeOf(number)] = nowMs;
	return win(cells, number, BEGUN);
}

/** Takes a job back for the node. True: the job never begins in the thread. */
export function takeBack(cells: BeginCells, number: number): boolean {
	return win(cells, number, TAKEN_BACK);
}

export function hasBegun({ states }: BeginCells, number: number): boolean {
	return load(states, placeOf(number)) === mark(number, BEGUN);
}

/** When a job that has begun did so. */
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

/**
 * What a cell holds. Cells hold 32 bits: no message about a job is so old that its place
 * was used that often since.
 */
function mark(number: number, state: number): number {
	const used = (number - placeOf(number)) / PLACES;
	return (used << STATE_BITS) | state;
}
