/**
 * Bodies of documented size on a machine that has far too much to do: every task of them
 * is accepted, while the node and its Redis get a small share of a core.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { ITEMS_MAX } from "../../protocol/limits.ts";
import type { ItemAnswer } from "../../protocol/schema.ts";
import { Cluster } from "../../test/cluster.ts";
import { nowMs } from "../bench/clock.ts";
import { bundleProgram } from "../build/program.ts";
import { clientOf } from "../client.ts";
import type { Finding, Ground, Proof } from "./proof.ts";

/** Busy processes beside the node; the machine's load is at least as high. */
const SPINNERS = 10;
const SPIN = "for (;;);";
/** Far longer than a node works on one. */
const BODY_MS_MAX = 120_000;
const PROMISE = "every task of a body is taken, and told its id";

export const bulkUnderLoad: Proof = {
	name: "bulk-under-load",
	proves: `a body of ${ITEMS_MAX} tasks is taken whole, or its tasks are refused by name, on a machine with a load above ${SPINNERS}`,
	takes: "1 min",
	unit: "bodies",
	times: 2,
	run: measure,
};

async function measure({ times, tell }: Ground): Promise<Finding> {
	await bundleProgram();
	await using cluster = await Cluster.start({
		nodes: [["--concurrency", "1"]],
	});
	const spinners: ChildProcess[] = [];
	const codes = new Map<string, number>();
	const tookMs: number[] = [];
	const breaches: string[] = [];
	try {
		for (let i = 0; i < SPINNERS; i++)
			spinners.push(spawn(process.execPath, ["-e", SPIN], { stdio: "ignore" }));
		for (let body = 1; body <= times; body++) {
			const startedMs = nowMs();
			const items = await submit(cluster.node(1).url);
			tookMs.push(Math.round(nowMs() - startedMs));
			for (const { id, status, problem } of items) {
				const what = problem?.code ?? String(status);
				codes.set(what, (codes.get(what) ?? 0) + 1);
				if (id === undefined) breaches.push("an item does not name its id");
			}
			tell(`${body} of ${times} bodies: ${JSON.stringify([...codes])}`);
		}
	} finally {
		for (const spinner of spinners) spinner.kill("SIGKILL");
	}
	const accepted = (codes.get("202") ?? 0) + (codes.get("200") ?? 0);
	const { totals } = await cluster.node(1).cluster();
	if (accepted < times * ITEMS_MAX)
		breaches.push(
			`of ${times * ITEMS_MAX} tasks ${times * ITEMS_MAX - accepted} were not taken: ${JSON.stringify([...codes])}`,
		);
	if (totals.accepted !== accepted)
		breaches.push(
			`the store has ${totals.accepted} tasks, and ${accepted} were answered for`,
		);
	return {
		figures: {
			tasks: times * ITEMS_MAX,
			accepted,
			"slowest body, ms": Math.max(...tookMs),
		},
		breaches: [...new Set(breaches)].map((what) => ({
			promise: PROMISE,
			what,
		})),
	};
}

/** Submits tasks of a type that nobody serves: they wait, and only their submission takes time. */
function submit(url: string): Promise<readonly ItemAnswer[]> {
	return clientOf(url, BODY_MS_MAX).value("submitTaskLines", {
		body: Array(ITEMS_MAX).fill({ type: "nobody-serves-it" }),
	});
}
