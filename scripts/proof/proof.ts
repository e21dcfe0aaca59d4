/**
 * What a proof is: a program that takes too long for `npm test` and is run before a
 * change is called done. It works from a seed, reports its progress, and ends with
 * figures and the promises that it saw broken.
 *
 * To add one: a file here that exports a `Proof`, and its line in `proofs.ts`.
 */
import type { Breach } from "../../test/checker/checker.ts";
import type { Spread } from "../chaos/spread.ts";
import type { Unpacked } from "../setup/unpacked.mjs";

export interface Proof {
	/** The proof's name for `npm run proof -- NAME`. */
	readonly name: string;
	/** One line: what holds if the proof holds. */
	readonly proves: string;
	/** How long it takes on two cores that do nothing else: "8 min". */
	readonly takes: string;
	/** What `--times` counts, and how many there are unless it says otherwise. */
	readonly unit: string;
	readonly times: number;
	/** Debian programs that it needs besides, by the names that the set-up knows (`scripts/setup.mjs`). */
	readonly needs?: readonly string[];
	/** @throws Impossible if this machine lacks what it needs */
	readonly run: (ground: Ground) => Promise<Finding>;
}

/** What a proof works with. */
export interface Ground {
	/** The seed that everything is drawn from. */
	readonly seed: number;
	readonly times: number;
	/** A directory of its own, empty at first; kept if the proof is broken. */
	readonly directory: string;
	/** One of its needs, and the environment in which that finds its libraries. */
	readonly program: (name: string) => Unpacked;
	/** Shows a person how far the proof is: one line, to standard error. */
	readonly tell: (line: string) => void;
}

export interface Finding {
	readonly figures: Figures;
	/** Broken promises; if there are none, the proof holds. */
	readonly breaches: readonly Breach[];
}

/** Figures by name, with the unit in it: "recovery, ms". */
export type Figures = Readonly<Record<string, number | string | Spread>>;

/** The proof cannot be run here; the message says what is missing. */
export class Impossible extends Error {}
