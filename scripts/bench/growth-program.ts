/** Programs that measure by themselves, and say what they found as JSON. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** One that takes longer has hung, and is ended. */
const TIMEOUT_MS = 180_000;

const ending = new AbortController();
process.on("exit", () => ending.abort());

/** Like the bench's other children it gets no environment, and ends with the bench. */
export async function runProgram(
	file: string,
	args: readonly string[],
): Promise<unknown> {
	const path = new URL(`../../${file}`, import.meta.url).pathname;
	const { stdout } = await promisify(execFile)(
		process.execPath,
		[path, ...args],
		{ env: {}, timeout: TIMEOUT_MS, signal: ending.signal },
	);
	return JSON.parse(stdout);
}
