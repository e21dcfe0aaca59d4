/** A program ends in good order even if nobody reads its log any more. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";

const LOG = new URL("../../node/world/log.ts", import.meta.url).href;
const SPEAKS = `
const { systemLog } = await import(${JSON.stringify(LOG)});
process.stdin.once("data", () => {
	const log = systemLog("info", {});
	// The first is on its way when the program ends, the others wait behind it.
	for (let i = 0; i < 3; i++) log.info({}, "the last words");
	process.exit(7);
});
console.log("ready");
`;

test("a process ends although its last log lines cannot be written", async () => {
	const program = spawn(process.execPath, [
		...["--input-type=module", "-e", SPEAKS],
	]);
	const ended = once(program, "exit");
	await once(program.stdout, "data");
	program.stderr.destroy();
	await once(program.stderr, "close");
	program.stdin.write("go\n");
	const late = AbortSignal.timeout(3_000);
	late.addEventListener("abort", () => program.kill("SIGKILL"));
	expect(await ended).toEqual([7, null]);
});
