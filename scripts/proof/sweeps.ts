/**
 * Nodes without gossip notice that one of them was killed by its lease alone: their sweeps
 * find it expired, and the tasks that it ran are claimed again in time.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Breach } from "../../test/checker/checker.ts";
import { type Cluster, type ClusterNode, until } from "../../test/cluster.ts";
import { spread } from "../chaos/spread.ts";
import { startThree } from "./killed-cluster.ts";
import type { Finding, Ground, Proof } from "./proof.ts";

const HANDLERS = new URL(
	"../../test/fixtures/handlers/work.ts",
	import.meta.url,
).pathname;
const SLOTS = 4;
/** However they are spread, the nodes that stay have a slot for each that is lost. */
const TASKS = 2 * SLOTS;
const MS_MAX = 7_000;

export const sweeps: Proof = {
	name: "sweeps",
	proves: `without gossip, the tasks of a node that was killed are claimed again within ${MS_MAX} ms`,
	takes: "2 min",
	unit: "kills",
	times: 10,
	run: measure,
};

async function measure({ times, tell, directory }: Ground): Promise<Finding> {
	const flags = ["--handlers", HANDLERS, "--concurrency", String(SLOTS)];
	await using cluster = await startThree("--no-gossip", ...flags);
	const againMs: number[] = [];
	for (let kill = 1; kill <= times; kill++) {
		againMs.push(...(await killOne(cluster, join(directory, `end-${kill}`))));
		tell(`${kill} of ${times} nodes were killed`);
	}
	const { max } = spread(againMs);
	const breaches: Breach[] =
		max !== null && max <= MS_MAX
			? []
			: [{ promise: `at most ${MS_MAX} ms`, what: `it took ${max} ms` }];
	const figures = { "from a kill to the next claim, ms": spread(againMs) };
	return { figures, breaches };
}

/** How long it took until each task of a node that is killed was claimed again. `end` is there once the others may end. */
async function killOne(cluster: Cluster, end: string): Promise<number[]> {
	const payload = { file: end };
	const tasks = Array.from({ length: TASKS }, (_, i) => {
		return {
			id: `${end.split("/").at(-1)}-${i}`,
			type: "holdAtFirst",
			payload,
		};
	});
	await cluster.node(1).post("/v1/tasks", tasks);
	await until(
		() => cluster.node(1).cluster(),
		({ counts }) => counts.STARTED === TASKS,
	);
	const held = await Promise.all(
		tasks.map(({ id }) => cluster.node(1).task(id)),
	);
	const victim = cluster.byId(held[0]?.node);
	const [witness] = cluster.nodes.filter((node) => node !== victim);
	const killedMs = Date.now();
	await victim.kill();
	const lost = held.filter(({ node }) => node === victim.id);
	const again = await Promise.all(
		lost.map(({ id }) => (witness as ClusterNode).whenEnded(id)),
	);
	writeFileSync(end, "");
	await Promise.all(
		tasks.map(({ id }) => (witness as ClusterNode).whenEnded(id)),
	);
	await cluster.revive();
	return again.map(
		({ attempts }) => Date.parse(attempts[1]?.claimedAt ?? "") - killedMs,
	);
}
