/**
 * Keeps task code from harming the node by accident, and makes a dying thread
 * say on whose account it dies.
 *
 * - `process.exit` ends the thread only (Node sees to that); an uncaught error
 *   or rejection ends it too, since nobody knows what the code left behind.
 *   Either is laid at the door of the job in whose context it happened.
 * - `process.kill` of the node itself, or of its process group, throws. (Node
 *   itself refuses `abort`, `chdir`, `umask` and the setting of ids in a thread.)
 * - What is printed goes to the job's bounded log: the thread's own standard
 *   streams would buffer a flood without limit in the node.
 */
import { syncBuiltinESMExports } from "node:module";
import { ERROR_MESSAGE_CHARS_MAX } from "../../../protocol/limits.ts";
import type { JobRunner } from "./job-runner.ts";
import type { Outbox } from "./outbox.ts";
import { TaskLog } from "./task-log.ts";
import { cut, describe } from "./text.ts";

export function guardThread(runner: JobRunner, outbox: Outbox): void {
	const exit = process.exit.bind(process);
	const die = (code: number, message: string): never => {
		const culprit = runner.current()?.number;
		outbox.sayNow({
			kind: "dying",
			culprit,
			message: cut(message, ERROR_MESSAGE_CHARS_MAX),
		});
		return exit(code);
	};
	process.exit = (code) =>
		die(Number(code ?? 0), `the task called process.exit(${code ?? ""})`);
	process.on("uncaughtException", (error, origin) => {
		const what =
			origin === "unhandledRejection"
				? "left a rejection unhandled"
				: "threw outside of its promise";
		die(1, `the task ${what}: ${describe(error, ERROR_MESSAGE_CHARS_MAX)}`);
	});
	process.kill = guardedKill(process.kill.bind(process));
	// Else `import { kill } from "node:process"` could still have the old ones.
	syncBuiltinESMExports();
	capture(process.stdout, runner, outbox);
	capture(process.stderr, runner, outbox);
}

function guardedKill(kill: typeof process.kill): typeof process.kill {
	return (pid, signal) => {
		const target = Math.abs(Number(pid));
		const reachesNode = target <= 1 || target === process.pid;
		// Signal 0 only asks whether the process is there.
		if (reachesNode && signal !== 0) {
			throw new Error(`a task may not send a signal to process ${pid}`);
		}
		return kill(pid, signal);
	};
}

/** Lets all that is written to the stream become lines of the current job's log. */
function capture(
	stream: NodeJS.WriteStream,
	runner: JobRunner,
	outbox: Outbox,
): void {
	const outside = new TaskLog((line) =>
		outbox.say({ kind: "log", number: undefined, line }),
	);
	stream.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
		const text = typeof chunk === "string" ? chunk : Buffer.from(chunk);
		const log = runner.current() ?? outside;
		log.log([text.toString().trimEnd()]);
		const done = rest.find((argument) => typeof argument === "function");
		if (done !== undefined) queueMicrotask(() => done());
		return true;
	};
}
