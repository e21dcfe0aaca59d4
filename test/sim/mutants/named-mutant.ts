/** A mutant with a name, and how it is found out. */
import type { Mutant } from "../run.ts";

export interface NamedMutant extends Mutant {
	readonly name: string;
	/** The promise that breaks visibly, as the checker names it. */
	readonly breaks: string;
	/** The only kind of trouble, in which it shows soon; undefined for all kinds. */
	readonly fault?: string;
	/** The first seed to try, as those before it take long and do not show it; undefined for 1. */
	readonly fromSeed?: number;
}
