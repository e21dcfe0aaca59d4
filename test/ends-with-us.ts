/**
 * What a test has started ends with the test's process, however that ends: also if vitest
 * has to end it, since a test in it hangs. What was left would keep the machine busy for
 * all tests that follow.
 */
import type { ChildProcess } from "node:child_process";

const started = new Map<ChildProcess, NodeJS.Signals>();

function endAll(): void {
	for (const [child, signal] of started) child.kill(signal);
}
process.once("exit", endAll);
if (process.env.VITEST_WORKER_ID !== undefined)
	process.once("SIGTERM", () => {
		endAll();
		process.kill(process.pid, "SIGKILL");
	});

/** `signal`: with which it ends with all that it has started itself. */
export function endsWithUs(
	child: ChildProcess,
	signal: NodeJS.Signals = "SIGKILL",
): void {
	started.set(child, signal);
	child.once("exit", () => started.delete(child));
}
