/**
 * A process that does nothing but log: for each number on stdin so many lines, numbered
 * throughout, and then `said` on stdout. Ends with its input: it says `over`, and logs once more.
 */
import { createInterface } from "node:readline";
import { systemClock } from "../../node/world/clock.ts";
import { systemLog } from "../../node/world/log.ts";

// As in the program: writing to its pipes does not wait for a reader.
for (const stream of [process.stdout, process.stderr])
	stream.on("error", () => {});

const log = systemLog("info", {});
let n = 0;
for await (const count of createInterface(process.stdin)) {
	for (let i = 0; i < Number(count); i++) {
		log.info({ n }, "a line");
		n += 1;
	}
	process.stdout.write("said\n");
}
log.info({ n }, "the last line");
await log.end(systemClock);
process.stdout.write("over\n");
log.info({}, "too late");
