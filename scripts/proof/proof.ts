/**
 * What a proof is: a program that takes too long for `npm test` and is run
 * before a change is called done. It works from a seed, says meanwhile how far
 * it is, and ends with figures and the promises that it saw broken.
 *
 * To add one: a file here that exports a `Proof`, and its line in `proofs.ts`.
 */
import type { Breach } from "../../test/checker/checker.ts";
import type { Spread } from "../chaos/spread.ts";
import type { Unpacked } from "../setup/unpacked.mjs";

export interface Proof {
	/** As `npm run proof -- NAME` names it. */
	readonly name: string;
	/** One line: what holds if it holds. */
	readonly proves: string;
	/** On two cores that do nothing else: "8 min". */
	readonly takes: string;
	/** What `--times` counts, and how many there are unless it says otherwise. */
	readonly unit: string;
	readonly times: number;
	/** Debian programs beside it, by the names that the set-up knows (`scripts/setup.mjs`). */
	readonly needs?: readonly string[];
	/** @throws Impossible when this machine lacks what it needs. */
	readonly run: (ground: Ground) => Promise<Finding>;
}

/** What a proof works with. */
export interface Ground {
	/** Everything that is drawn is drawn from it. */
	readonly seed: number;
	readonly times: number;
	/** Its own and empty at first; kept when the proof is broken. */
	readonly directory: string;
	/** One of its needs, and the environment in which it finds its libraries. */
	readonly program: (name: string) => Unpacked;
	/** Shows a person how far it is: one line, to standard error. */
	readonly tell: (line: string) => void;
}

export interface Finding {
	readonly figures: Figures;
	/** None: it holds. */
	readonly breaches: readonly Breach[];
}

/** By name, with the unit in it: "recovery, ms". */
export type Figures = Readonly<Record<string, number | string | Spread>>;

/** It cannot be run here; the message says what is missing. */
export class Impossible extends Error {}
