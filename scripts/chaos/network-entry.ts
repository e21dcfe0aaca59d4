/**
 * The way into a network that can be cut (`network.ts`): finds out whether one can be
 * made on this machine, and starts the run once more inside of it.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";

const INSIDE = "HEARSAY_CHAOS_NETWORK";

/** Why no network can be made here; undefined if one can. */
export function networkTrouble(): string | undefined {
	const probe = "ip link set lo up && ip link add probe type bridge";
	try {
		execFileSync("unshare", ["--net", "sh", "-c", probe], { stdio: "pipe" });
		execFileSync("nsenter", ["--version"], { stdio: "pipe" });
		return undefined;
	} catch (error) {
		const { stderr, message } = error as Error & { stderr?: Buffer };
		return stderr?.toString().trim() || message;
	}
}

/** Whether this process is already where `enterNetwork` brings it. */
export function isInsideNetwork(): boolean {
	return process.env[INSIDE] !== undefined;
}

/** Runs this very program again, in a network namespace of its own; resolves with its exit code. */
export async function enterNetwork(): Promise<number> {
	const own = [process.execPath, ...process.argv.slice(1)];
	const child = spawn("unshare", ["--net", ...own], {
		env: { ...process.env, [INSIDE]: "1" },
		// The channel shows it when this process is gone.
		stdio: ["inherit", "inherit", "inherit", "ipc"],
	});
	for (const signal of ["SIGINT", "SIGTERM"] as const) {
		process.on(signal, () => child.kill(signal));
	}
	// Whoever started this with a channel is gone.
	process.once("disconnect", () => child.kill("SIGTERM"));
	process.channel?.unref();
	const [code, signal] = await once(child, "exit");
	if (signal !== null) throw new Error(`chaos was ended by ${signal}`);
	return code;
}
