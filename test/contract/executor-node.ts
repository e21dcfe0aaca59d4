/**
 * A process that looks like a node to its executor: runs one task isolated, and prints
 * what is logged about it and then its outcome, one line of JSON each. Started as
 * `executor-node.ts type`; as `executor-node.ts expects` it only keeps a process ready
 * for such a task.
 */
import { createExecutor } from "../../node/executor/executor.ts";
import type { Log } from "../../node/ports.ts";
import { holdProcess, systemClock } from "../../node/world/clock.ts";
import { job } from "./executor-jobs.ts";

const print = (what: unknown) => console.log(JSON.stringify(what));
const log: Log = {
	debug() {},
	info: (_, line) => print(line),
	warn: (_, line) => print(line),
	error: (_, line) => print(line),
};

holdProcess();
const executor = await createExecutor({
	concurrency: 1,
	handlerFiles: ["test/fixtures/handlers/isolated.ts"],
	processTaskMs: 0,
	clock: systemClock,
	log,
});
const [, , type = "where"] = process.argv;
if (type === "expects") executor.expectIsolated(0);
else print(await executor.run(job("a", { type, isolated: true })));
