/**
 * Stops a process again and again for a moment: `stress-stall.ts PID EVERY_MS
 * FOR_MS`. A process of its own, so that its times do not depend on how busy
 * the bench is. On SIGTERM it lets the other go on for good.
 */
import { sleep } from "./clock.ts";

const [pid, everyMs, forMs] = process.argv.slice(2).map(Number);
if (pid === undefined || everyMs === undefined || forMs === undefined) {
	throw new Error("a process and two times are needed");
}
process.on("SIGTERM", () => {
	process.kill(pid, "SIGCONT");
	process.exit();
});
console.log("ready");
for (;;) {
	await sleep(everyMs - forMs);
	process.kill(pid, "SIGSTOP");
	await sleep(forMs);
	process.kill(pid, "SIGCONT");
}
