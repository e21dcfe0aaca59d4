/**
 * `npm run proof -- NAME`: what takes too long for `npm test`, run before a change is
 * called done. See `proof/proof.ts` for what a proof is and how to add one, and
 * `proof/proofs.ts` for the list.
 *
 * Progress goes to standard error; figures, seed and verdict go to standard output, with
 * `--json` as data.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nowMs } from "./bench/clock.ts";
import { Progress } from "./chaos/progress.ts";
import { runProgram } from "./proof/child.ts";
import { type Options, readOptions } from "./proof/options.ts";
import { Impossible, type Proof } from "./proof/proof.ts";
import { PROOFS } from "./proof/proofs.ts";
import { formatList, formatVerdict, type Verdict } from "./proof/text.ts";
import { findUnpacked, type Unpacked } from "./setup/unpacked.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const HELP = `npm run proof -- NAME [OPTIONS]

  --seed N    draws everything that is drawn (default: another one each time)
  --times N   how many of what the proof counts (default: as listed below)
  --json      print figures, seed and verdict as JSON
  --list      print this list

Exit code: 0 it held, 1 it is broken, 2 wrong use or not possible here.

`;

async function prove(
	{ proof, seed, times }: Options,
	directory: string,
): Promise<Verdict> {
	await setUp(proof);
	const progress = new Progress();
	progress.tell(
		`${proof.name}: ${times} ${proof.unit} from seed ${seed}; ${proof.times} take about ${proof.takes}`,
	);
	const startedMs = nowMs();
	const { figures, breaches } = await proof.run({
		...{ seed, times, directory },
		tell: (line) => progress.tell(line),
		program: findProgram,
	});
	return {
		...{ proof: proof.name, seed, times },
		command: `npm run proof -- ${proof.name} --seed ${seed} --times ${times}`,
		tookMs: Math.round(nowMs() - startedMs),
		held: breaches.length === 0,
		...{ figures, breaches },
	};
}

/** Resolves when this machine has what the proof needs. @throws Impossible */
async function setUp({ needs = [] }: Proof): Promise<void> {
	if (needs.length === 0) return;
	const { code } = await runProgram("scripts/setup.mjs", needs);
	if (code !== 0) throw new Impossible(`this needs ${needs.join(" and ")}`);
}

function findProgram(name: string): Unpacked {
	const found = findUnpacked(ROOT, name);
	if (found === undefined) throw new Error(`no need of this proof is ${name}`);
	return found;
}

async function run(options: Options): Promise<number> {
	const directory = mkdtempSync(join(tmpdir(), "hearsay-proof-"));
	let keep = false;
	process.on("exit", () => {
		// Programs that work in it end at the same time, and may write until then.
		const removal = { recursive: true, force: true, maxRetries: 10 };
		if (!keep) rmSync(directory, removal);
		else process.stderr.write(`what it left is kept in ${directory}\n`);
	});
	process.once("SIGINT", () => process.exit(130));
	process.once("SIGTERM", () => process.exit(143));
	const verdict = await prove(options, directory);
	keep = !verdict.held;
	const data = `${JSON.stringify(verdict, null, "\t")}\n`;
	if (keep) writeFileSync(join(directory, "verdict.json"), data);
	process.stdout.write(options.json ? data : `\n${formatVerdict(verdict)}`);
	return verdict.held ? 0 : 1;
}

/** Exit code: 0 if the proof held, 1 if it is broken, 2 for wrong use or if it is not possible here. */
async function main(args: readonly string[]): Promise<number> {
	let options: Options | undefined;
	try {
		options = readOptions(args, PROOFS);
	} catch (error) {
		process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
		return 2;
	}
	if (options === undefined) {
		process.stdout.write(`${HELP}${formatList(PROOFS)}`);
		return 0;
	}
	try {
		return await run(options);
	} catch (error) {
		if (!(error instanceof Impossible)) throw error;
		process.stderr.write(`${error.message}\n`);
		return 2;
	}
}

process.exitCode = await main(process.argv.slice(2));
