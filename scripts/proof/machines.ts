/**
 * Five machines, each in a network namespace of its own, that serve HTTPS on addresses of
 * their own and ask for access tokens: what is submitted on one is watched on another
 * while a third is cut off, and a token that is revoked on a fourth is refused by all.
 * `machines-inside.ts`, which runs in the network, does the work on them.
 */
import { networkTrouble } from "../chaos/network-entry.ts";
import { runProgram } from "./child.ts";
import type { Finding, Ground, Proof } from "./proof.ts";
import { Impossible } from "./proof.ts";

export const machines: Proof = {
	name: "machines",
	proves:
		"on five machines with tokens and TLS, tasks submitted on one are watched on another while a third is cut off, and a revoked token is refused by all within 5 s",
	takes: "1 min",
	unit: "tasks",
	times: 200,
	run: measure,
};

async function measure({ times, directory }: Ground): Promise<Finding> {
	const trouble = networkTrouble();
	if (trouble !== undefined)
		throw new Impossible(`no network can be made here: ${trouble}`);
	const { code, output } = await runProgram(
		"scripts/proof/machines-inside.ts",
		[directory, String(times)],
	);
	if (code !== 0) throw new Error(`what was done on them ended with ${code}`);
	return JSON.parse(output) as Finding;
}
