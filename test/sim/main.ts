/**
 * The simulator's command line.
 *
 *   node test/sim/main.ts [--seeds 1000] [--from 1] [--seed N] [--nodes N]
 *     [--fault NAME] [--trace]
 *
 * Runs one seed after another and stops at the first that breaks a promise,
 * with what is needed to see why and to repeat it exactly. `--seed` runs that
 * one alone, `--fault` lets one kind of trouble come alone, `--trace` prints what its nodes log. Exit code 1: a broken
 * promise; 2: wrong use.
 */
import { parseArgs } from "node:util";
import { systemClock } from "../../node/world.ts";
import { FAULTS } from "./faults.ts";
import { explain, Tally } from "./report.ts";
import { runSeed } from "./run.ts";

const PROGRESS_MS = 2_000;

interface Options {
	readonly from: number;
	readonly seeds: number;
	readonly nodes: number | undefined;
	readonly fault: string | undefined;
	readonly trace: boolean;
}

async function main(): Promise<number> {
	const options = readOptions();
	if (options === undefined) return 2;
	const { from, seeds, nodes, fault, trace } = options;
	const startedMs = systemClock.monoMs();
	const tally = new Tally();
	let toldMs = startedMs;
	for (let seed = from; seed < from + seeds; seed++) {
		const print = trace ? (line: string) => console.log(line) : undefined;
		const run = await runSeed({ seed, nodes, fault, trace: print });
		const nowMs = systemClock.monoMs();
		tally.add(run);
		if (run.verdict.breaches.length > 0) {
			console.log(explain(run, nodes));
			console.log(tally.summary(nowMs - startedMs));
			return 1;
		}
		if (nowMs - toldMs > PROGRESS_MS) {
			toldMs = nowMs;
			console.log(`seed ${seed}: ${tally.progress(nowMs - startedMs)}`);
		}
	}
	console.log(tally.summary(systemClock.monoMs() - startedMs));
	return 0;
}

function readOptions(): Options | undefined {
	try {
		const { values } = parseArgs({
			options: {
				seeds: { type: "string", default: "1000" },
				from: { type: "string", default: "1" },
				seed: { type: "string" },
				nodes: { type: "string" },
				fault: { type: "string" },
				trace: { type: "boolean", default: false },
			},
		});
		const { seed, seeds, from, nodes, fault, trace } = values;
		return {
			from: whole("--from", seed ?? from),
			seeds: seed === undefined ? whole("--seeds", seeds) : 1,
			nodes: nodes === undefined ? undefined : whole("--nodes", nodes),
			fault: fault === undefined ? undefined : faultNamed(fault),
			trace,
		};
	} catch (error) {
		console.error((error as Error).message);
		return undefined;
	}
}

function faultNamed(name: string): string {
	const names = FAULTS.map((fault) => fault.name);
	if (names.includes(name)) return name;
	throw new Error(
		`there is no fault "${name}"; there are: ${names.join(", ")}`,
	);
}

function whole(flag: string, text: string): number {
	if (!/^[1-9]\d{0,8}$/.test(text))
		throw new Error(`${flag} takes a whole number above 0, not "${text}"`);
	return Number(text);
}

process.exitCode = await main();
