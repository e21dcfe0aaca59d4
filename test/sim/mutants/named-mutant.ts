/** A mutant, and how it is found out. */
import type { Mutant } from "../run.ts";

export interface NamedMutant extends Mutant {
	readonly name: string;
	/** The promise that is seen to break, as the checker names it. */
	readonly breaks: string;
	/** The one kind of trouble in which it shows soon; undefined: all kinds. */
	readonly fault?: string;
}
