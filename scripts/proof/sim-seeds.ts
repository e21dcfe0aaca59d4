/**
 * The simulator as a process of its own, so that several use all cores. It is sent blocks
 * of seeds, and answers each with what its runs came to, up to the first that breaks a
 * promise.
 */
import { explain, type Outcome } from "../../test/sim/report.ts";
import { runSeed } from "../../test/sim/run.ts";

export interface Block {
	readonly from: number;
	readonly count: number;
	/** The only kind of trouble; undefined for all kinds. */
	readonly fault: string | undefined;
}

export interface BlockOutcome {
	readonly runs: readonly Outcome[];
	/** The first broken seed, and what there is to say about it. */
	readonly broken: BrokenSeed | undefined;
}

export interface BrokenSeed {
	readonly seed: number;
	/** What is broken, and how to repeat it. */
	readonly text: string;
}

async function runBlock({ from, count, fault }: Block): Promise<BlockOutcome> {
	const runs: Outcome[] = [];
	for (let seed = from; seed < from + count; seed++) {
		const run = await runSeed({ seed, fault });
		const { scenario, verdict, virtualMs, faults } = run;
		runs.push({
			scenario: { nodes: { length: scenario.nodes.length } },
			...{ verdict, virtualMs, faults },
		});
		if (verdict.breaches.length > 0)
			return { runs, broken: { seed, text: explain(run, undefined) } };
	}
	return { runs, broken: undefined };
}

process.on("message", (block: Block) => {
	void runBlock(block).then((outcome) => process.send?.(outcome));
});
// Whoever asked is gone.
process.on("disconnect", () => process.exit());
