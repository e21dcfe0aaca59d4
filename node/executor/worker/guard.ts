/**
 * Keeps task code from harming the node by accident, and makes a dying thread say which
 * job it dies of.
 *
 * - `process.exit` ends only the thread (Node sees to that). An uncaught error or
 *   rejection ends it too, since nobody knows what the code left behind. Either is
 *   charged to the job in whose context it happened.
 * - `process.kill` throws for the node itself, for its process group, and for the process
 *   that started it; for a task that runs in a process of its own, the latter is the
 *   node. (Node.js itself refuses `abort`, `chdir`, `umask` and the setting of ids in a
 *   thread.)
 * - What is printed goes to the job's bounded log: the thread's own standard streams
 *   would buffer a flood without limit in the node.
 */
import { syncBuiltinESMExports } from "node:module";
import workerThreads, { type MessagePort } from "node:worker_threads";
import { ERROR_MESSAGE_CHARS_MAX } from "../../../protocol/limits.ts";
import type { JobRunner } from "./job-runner.ts";
import {
	Failure,
	microtask,
	numberOf,
	textOfBytes,
	trimEnd,
} from "./native.ts";
import type { Outbox } from "./outbox.ts";
import { TaskLog } from "./task-log.ts";
import { cut, describe } from "./text.ts";

export function guardThread(
	runner: JobRunner,
	outbox: Outbox,
	port: MessagePort,
): void {
	hideNode(port);
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
		die(numberOf(code ?? 0), `the task called process.exit(${code ?? ""})`);
	process.on("uncaughtException", (error, origin) => {
		const what =
			origin === "unhandledRejection"
				? "left a rejection unhandled"
				: "threw outside of its promise";
		die(1, `the task ${what}: ${describe(error, ERROR_MESSAGE_CHARS_MAX)}`);
	});
	process.kill = guardedKill(process.kill.bind(process));
	// Otherwise `import { kill } from "node:process"` could still get the old ones.
	syncBuiltinESMExports();
	capture(process.stdout, runner, outbox);
	capture(process.stderr, runner, outbox);
}

/**
 * Hides the channel between the thread and its node, and how the node was started: its
 * arguments may tell where the store is. (`main.ts` leaves the node's environment out of
 * the thread's.)
 */
function hideNode(port: MessagePort): void {
	Object.assign(workerThreads, { workerData: null });
	const hidden = process as unknown as {
		_getActiveHandles(): readonly unknown[];
	};
	const handles = hidden._getActiveHandles.bind(process);
	hidden._getActiveHandles = () => handles().filter((each) => each !== port);
	const { report } = process;
	const getReport = report.getReport.bind(report);
	report.getReport = (error) => {
		const told = getReport(error) as { header?: { commandLine?: string[] } };
		if (told.header) told.header.commandLine = [process.execPath];
		return told;
	};
	report.writeReport = () => {
		throw new Failure(
			"a task may not write a report of its node; take process.report.getReport()",
		);
	};
}

function guardedKill(kill: typeof process.kill): typeof process.kill {
	const { pid: own, ppid: parent } = process;
	return (pid, signal) => {
		const target = numberOf(pid) < 0 ? -numberOf(pid) : numberOf(pid);
		const reachesNode = target <= 1 || target === own || target === parent;
		// Signal 0 only asks whether the process is there.
		if (reachesNode && signal !== 0) {
			throw new Failure(`a task may not send a signal to process ${pid}`);
		}
		return kill(pid, signal);
	};
}

/** Turns everything that is written to the stream into lines of the current job's log. */
function capture(
	stream: NodeJS.WriteStream,
	runner: JobRunner,
	outbox: Outbox,
): void {
	const outside = new TaskLog((line) =>
		outbox.say({ kind: "log", number: undefined, line }),
	);
	stream.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
		const text = typeof chunk === "string" ? chunk : textOfBytes(chunk);
		const log = runner.current() ?? outside;
		// `execSync` hands on what its process wrote to stderr, also if that is nothing.
		if (text !== "") log.log([trimEnd(text)]);
		for (let at = 0; at < rest.length; at += 1) {
			const done = rest[at];
			if (typeof done === "function") microtask(() => done());
		}
		return true;
	};
}
