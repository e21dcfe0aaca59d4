/** The options of `npm run sim`, and their checks. */
import { parseArgs } from "node:util";
import { FAULTS } from "./faults.ts";

/** The largest seed that the random numbers distinguish. */
const SEED_MAX = 999_999_999;
const SEEDS_DEFAULT = 1_000;
const NODES_MAX = 50;

export const HELP = `npm run sim [-- OPTIONS]

Whole clusters on virtual time, one for each seed: real actors, everything
around them simulated, all kinds of trouble. Stops at the first seed that breaks
a promise, with what is needed to see why and the command that repeats it
exactly. Exit code 1 when a promise is broken, 2 when it is used wrongly.

  --seed N        the first seed (default 1)
  --seeds N       how many, N and those after it (default ${SEEDS_DEFAULT}; with --seed: that one)
  --nodes N       nodes of each cluster that is in trouble (default: drawn, 3 to 7)
  --fault NAME    this kind of trouble alone, one of:
${wrap(FAULTS.map(({ name }) => name))}
  --trace         print what the nodes of one seed log
  --json          print the figures as JSON
`;

export interface Options {
	readonly first: number;
	readonly count: number;
	readonly nodes: number | undefined;
	readonly fault: string | undefined;
	readonly trace: boolean;
	readonly json: boolean;
}

/** Reads the options; undefined if help was asked for. @throws TypeError if the use is wrong */
export function readOptions(args: readonly string[]): Options | undefined {
	const { help, seed, seeds, nodes, fault, trace, json } = parse(args);
	if (help) return undefined;
	const first = seed === undefined ? 1 : whole("--seed", seed, SEED_MAX);
	const countDefault = seed === undefined ? SEEDS_DEFAULT : 1;
	const count =
		seeds === undefined ? countDefault : whole("--seeds", seeds, SEED_MAX);
	if (trace && count > 1) {
		throw new TypeError(
			`--trace prints what one cluster logs, and there are ${count} seeds; name one with --seed.`,
		);
	}
	if (trace && json) {
		throw new TypeError("--trace prints no JSON; leave out --json.");
	}
	return {
		...{ first, count, trace, json },
		nodes: nodes === undefined ? undefined : whole("--nodes", nodes, NODES_MAX),
		fault: fault === undefined ? undefined : faultNamed(fault),
	};
}

function parse(args: readonly string[]) {
	try {
		return parseArgs({
			args: [...args],
			options: {
				help: { type: "boolean", default: false },
				seeds: { type: "string" },
				seed: { type: "string" },
				nodes: { type: "string" },
				fault: { type: "string" },
				trace: { type: "boolean", default: false },
				json: { type: "boolean", default: false },
			},
		}).values;
	} catch (error) {
		// Node's messages go on with advice that does not fit here.
		const [sentence] = (error as Error).message.split(/[.\n]\s/);
		throw new TypeError(
			`${sentence?.replace(/\.$/, "")}; --help lists what there is.`,
		);
	}
}

function faultNamed(name: string): string {
	const names = FAULTS.map((fault) => fault.name);
	if (names.includes(name)) return name;
	throw new TypeError(
		`There is no fault "${name}"; there are: ${names.join(", ")}.`,
	);
}

function whole(flag: string, text: string, max: number): number {
	const number = Number(text);
	if (/^\d+$/.test(text) && number >= 1 && number <= max) return number;
	throw new TypeError(
		`${flag} takes a whole number from 1 to ${max}, not "${text}".`,
	);
}

/** Lines of some 80 characters, indented below an option's text. */
function wrap(words: readonly string[]): string {
	const lines: string[] = [];
	let line = "";
	for (const word of words) {
		if (line.length + word.length > 60) {
			lines.push(`${line},`);
			line = "";
		}
		line += line === "" ? word : `, ${word}`;
	}
	return [...lines, line].map((each) => " ".repeat(18) + each).join("\n");
}
