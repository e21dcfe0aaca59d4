/** The end of a process ends what it has started, and nothing else. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const LEAVE = new URL("../../node/cli/leave.ts", import.meta.url).href;
/** Prints the states of two processes, the older of which was there before the program: `S` sleeps, `Z` has been ended. */
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

test("what a shell started before it became the node is left alone", () => {
	const shell = 'sleep 60 >/dev/null 2>&1 & OLDER=$!; export OLDER; exec "$@"';
	const states = execFileSync("/bin/sh", [
		...["-c", shell, "sh"],
		...[process.execPath, "--input-type=module", "-e", ENDS_ALL],
	]);
	expect(states.toString().trim()).toBe("S Z");
});

/** Ends while one of the threads that read files waits for a pipe. */
const LEAVES = `
const { readFile } = await import("node:fs/promises");
const { leave } = await import(${JSON.stringify(LEAVE)});
void readFile(process.env.PIPE);
process.on("exit", (code) => console.log("last words", code));
leave(7);
`;

test("a program exits with its code, and prints its last words, while a file cannot be read to its end", () => {
	const folder = mkdtempSync(join(tmpdir(), "hearsay-leave-"));
	const pipe = join(folder, "pipe");
	execFileSync("mkfifo", [pipe]);
	const { status, stdout } = spawnSync(
		process.execPath,
		["--input-type=module", "-e", LEAVES],
		{ env: { ...process.env, PIPE: pipe }, timeout: 30_000 },
	);
	rmSync(folder, { recursive: true });
	expect([status, stdout.toString()]).toEqual([7, "last words 7\n"]);
});
