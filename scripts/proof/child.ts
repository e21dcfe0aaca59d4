/**
 * A program of this project that a proof runs as a process of its own, on the Node that
 * runs the proof. It ends with the proof, however that ends: a signal tells it to, or it
 * notices that its channel is closed.
 */
import { type ChildProcess, spawn } from "node:child_process";

const living = new Set<ChildProcess>();
process.on("exit", () => {
	for (const { pid, exitCode, signalCode } of living) {
		const isEnded = exitCode !== null || signalCode !== null;
		if (pid !== undefined && !isEnded) process.kill(-pid, "SIGTERM");
	}
});

/** Values go over the channel whole, a Map as a Map. Whoever starts it reads its standard output. */
export function startProgram(
	file: string,
	args: readonly string[],
): ChildProcess {
	const path = new URL(`../../${file}`, import.meta.url).pathname;
	const child = spawn(process.execPath, [path, ...args], {
		stdio: ["ignore", "pipe", "inherit", "ipc"],
		serialization: "advanced",
		// It gets a group of its own, so that what it has started is told to end with it.
		detached: true,
	});
	living.add(child);
	child.once("close", () => living.delete(child));
	return child;
}

/**
 * Resolves when the program has ended, with its exit code and its output; the output is
 * also shown meanwhile, if a person is to see it.
 */
export async function runProgram(
	file: string,
	args: readonly string[],
	isShown = false,
): Promise<{ code: number | null; output: string }> {
	const child = startProgram(file, args);
	let output = "";
	child.stdout?.setEncoding("utf8").on("data", (text) => {
		output += text;
		if (isShown) process.stderr.write(text);
	});
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code) => resolve({ code, output }));
	});
}
