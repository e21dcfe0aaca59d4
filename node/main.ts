/**
 * The program's door: the only reader of arguments and environment. Everything behind it
 * is told what it needs by its caller.
 */
import { availableParallelism, hostname } from "node:os";
import { leave } from "./cli/leave.ts";
import { listenForStop, mayHearTwice } from "./cli/stop-signals.ts";
import { programVersion, TASK_COMMAND } from "./world/assets.ts";
import { holdProcess, systemClock } from "./world/clock.ts";
import { keepHeapSmall } from "./world/heap.ts";

if (process.argv[2] === TASK_COMMAND) await import("./task-main.ts");
keepHeapSmall();
holdProcess();
// Readers may leave, and a disk may fill up: what is said then is lost, and the work goes
// on. (Having looked at the streams makes their pipes such as do not wait for a reader.)
for (const stream of [process.stdout, process.stderr])
	stream.on("error", () => {});
// Before the rest is loaded, which takes a while: so a request to stop is never missed.
const stop = listenForStop(systemClock, mayHearTwice(process.env));
const { runCommandLine } = await import("./cli/command-line.ts");
const { takeEnvironment, titleOf } = await import("./cli/secrets.ts");
const args = process.argv.slice(2);
const title = titleOf(args);
// Programs that list processes, and task code that looks, find this instead.
if (title !== undefined) process.title = title;
const code = await runCommandLine({
	args,
	env: takeEnvironment(process.env),
	surroundings: {
		folder: process.cwd(),
		host: hostname(),
		cores: availableParallelism(),
		version: programVersion(),
	},
	terminal: {
		line: (text) => process.stdout.write(`${text}\n`),
		problem: (text) => process.stderr.write(`${text}\n`),
	},
	clock: systemClock,
	stop,
});
// Things that a library, or a task, still holds open must not keep a finished program alive.
leave(code);
