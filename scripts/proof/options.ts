/** What `npm run proof` is asked for, and its checks. */
import { parseArgs } from "node:util";
import type { Proof } from "./proof.ts";

export interface Options {
	readonly proof: Proof;
	readonly seed: number;
	readonly times: number;
	readonly json: boolean;
}

/** The largest seed that every tool that a proof runs takes. */
const SEED_MAX = 100_000_000;
const TIMES_MAX = 10_000_000;

/** Undefined if the list was asked for. @throws TypeError if the use is wrong */
export function readOptions(
	args: readonly string[],
	proofs: readonly Proof[],
): Options | undefined {
	const { values, positionals } = parseArgs({
		args: [...args],
		allowPositionals: true,
		options: {
			help: { type: "boolean", default: false },
			list: { type: "boolean", default: false },
			seed: { type: "string" },
			times: { type: "string" },
			json: { type: "boolean", default: false },
		},
	});
	const { seed, times, json } = values;
	const [name, ...others] = positionals;
	if (values.help || values.list) return undefined;
	if (name === undefined) {
		if (args.length === 0) return undefined;
		throw new TypeError("Name the proof; --list shows which there are.");
	}
	if (others.length > 0) {
		throw new TypeError(
			`Name one proof at a time, not ${positionals.join(" and ")}.`,
		);
	}
	const proof = proofs.find((each) => each.name === name);
	if (proof === undefined) {
		throw new TypeError(
			`There is no proof "${name}"; there are: ${proofs.map((each) => each.name).join(", ")}.`,
		);
	}
	return {
		...{ proof, json },
		seed:
			seed === undefined
				? 1 + Math.floor(Math.random() * SEED_MAX)
				: readCount("--seed", seed, SEED_MAX),
		times:
			times === undefined
				? proof.times
				: readCount("--times", times, TIMES_MAX),
	};
}

function readCount(option: string, text: string, max: number): number {
	const count = Number(text);
	if (/^\d+$/.test(text) && count >= 1 && count <= max) return count;
	throw new TypeError(
		`${option} takes a whole number from 1 to ${max}, not "${text}".`,
	);
}
