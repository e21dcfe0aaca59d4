/**
 * Many seeds of the simulator, all kinds of trouble mixed or one alone, on all cores.
 * Seeds are given out in rising order. Once one is broken no more are given out, and
 * those under way still finish, so that the first broken seed is the first of all,
 * however many processes there are.
 */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { type Outcome, Tally } from "../../test/sim/report.ts";
import { startProgram } from "./child.ts";
import type { Finding, Ground, Proof } from "./proof.ts";
import type { Block, BlockOutcome, BrokenSeed } from "./sim-seeds.ts";

const BLOCK = 25;
/** Progress is shown after each so many seeds. */
const TELL_EVERY = 500;

export const sim: Proof = {
	name: "sim",
	proves:
		"no promise breaks in that many simulated clusters in all kinds of trouble",
	takes: "20 min",
	unit: "seeds",
	times: 20_000,
	run: (ground) => runSim(ground, undefined),
};

export const simRestored: Proof = {
	name: "sim-restored",
	proves:
		"nor in that many whose store is put back to an older copy again and again",
	takes: "1 min",
	unit: "seeds",
	times: 1_000,
	run: (ground) => runSim(ground, "store restored"),
};

async function runSim(
	ground: Ground,
	fault: string | undefined,
): Promise<Finding> {
	const tally = new Tally();
	const broken = await runSeeds(ground, fault, tally);
	return {
		figures: tally.figures,
		breaches:
			broken === undefined
				? []
				: [{ promise: `seed ${broken.seed}`, what: broken.text }],
	};
}

async function runSeeds(
	{ seed: first, times, tell }: Ground,
	fault: string | undefined,
	tally: Tally,
): Promise<BrokenSeed | undefined> {
	let next = first;
	let done = 0;
	const broken: BrokenSeed[] = [];
	const count = (runs: readonly Outcome[]) => {
		for (const run of runs) tally.add(run);
		const told = Math.floor(done / TELL_EVERY);
		done += runs.length;
		if (Math.floor(done / TELL_EVERY) > told) tell(`${done} of ${times} seeds`);
	};
	const work = async () => {
		const child = startProgram("scripts/proof/sim-seeds.ts", []);
		child.stdout?.resume();
		const ended = once(child, "exit").then(([code, signal]) => {
			throw new Error(`the simulator ended by itself: ${signal ?? code}`);
		});
		while (next < first + times && broken.length === 0) {
			const from = next;
			next = Math.min(from + BLOCK, first + times);
			const block: Block = { from, count: next - from, fault };
			child.send(block);
			const [outcome] = (await Promise.race([
				once(child, "message"),
				ended,
			])) as [BlockOutcome];
			count(outcome.runs);
			if (outcome.broken !== undefined) broken.push(outcome.broken);
		}
		// From here on it may end, and does.
		ended.catch(() => {});
		child.disconnect();
	};
	await Promise.all(Array.from({ length: availableParallelism() }, work));
	return broken.toSorted((a, b) => a.seed - b.seed)[0];
}
