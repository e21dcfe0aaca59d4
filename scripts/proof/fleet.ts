/**
 * Five machines made from nothing but the executable, the unit's command line and what user
 * data writes, through what a cloud does to machines. `fleet-inside.ts`, which runs in the
 * network, does the work on them.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { policyOf } from "../../test/systemd/unit.ts";
import { networkTrouble } from "../chaos/network-entry.ts";
import { runProgram } from "./child.ts";
import type { Finding, Ground, Proof } from "./proof.ts";
import { Impossible } from "./proof.ts";

const UNIT = new URL("../deploy/hearsay.service", import.meta.url);

export const fleet: Proof = {
	name: "fleet",
	proves:
		"five machines, each a user who may nothing on a read-only system under the unit's filter, join by the URL of Redis and a token; under load one leaves on a spot notice in time, one is replaced by its group, all roll to another build, and nothing is lost, fails or is cut short",
	takes: "3 min",
	unit: "run",
	times: 1,
	needs: ["systemd-analyze"],
	run: measure,
};

async function measure(ground: Ground): Promise<Finding> {
	const { directory, seed } = ground;
	const trouble = networkTrouble();
	if (trouble !== undefined)
		throw new Impossible(`no network can be made here: ${trouble}`);
	const policy = policyOf(
		readFileSync(UNIT, "utf8"),
		ground.program("systemd-analyze"),
	);
	writeFileSync(join(directory, "policy.json"), JSON.stringify(policy));
	const { code, output } = await runProgram("scripts/proof/fleet-inside.ts", [
		directory,
		String(seed),
	]);
	if (code !== 0) throw new Error(`what was done on them ended with ${code}`);
	return JSON.parse(output) as Finding;
}
