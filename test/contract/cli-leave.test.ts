/** The end of a process ends what it has started, and nothing else. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const LEAVE = new URL("../../node/cli/leave.ts", import.meta.url).href;
/** Prints the states of two processes, of which the older was there before the program: `S` sleeps, `Z` has been ended. */
const ENDS_ALL = `
const { spawn } = await import("node:child_process");
const { readFileSync } = await import("node:fs");
const { endProcesses } = await import(${JSON.stringify(LEAVE)});
const own = spawn("sleep", ["60"]);
endProcesses();
const stateOf = (pid) => {
	try {
		return readFileSync("/proc/" + pid + "/stat", "latin1").split(") ")[1][0];
	} catch {
		return "Z";
	}
};
own.once("exit", () => {
	console.log(stateOf(process.env.OLDER), stateOf(own.pid));
	process.kill(process.env.OLDER);
});
`;

test("what a shell has started before it became the node is left alone", () => {
	const shell = 'sleep 60 >/dev/null 2>&1 & OLDER=$!; export OLDER; exec "$@"';
	const states = execFileSync("/bin/sh", [
		...["-c", shell, "sh"],
		...[process.execPath, "--input-type=module", "-e", ENDS_ALL],
	]);
	expect(states.toString().trim()).toBe("S Z");
});
