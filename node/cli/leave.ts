/**
 * Ends this process and what its tasks have started: the one place that ends processes
 * other than a child by its handle.
 *
 * A thread in a call of the system that blocks (a pipe that nobody writes to, a long
 * computation of a library) cannot be ended, and `process.exit` waits for all threads:
 * those that run task code, and those that read files for all of them, which nothing
 * reports. So the process ends without waiting for them, by the system's own `_exit`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { flushCompileCache } from "node:module";

/**
 * Children that were there before this program: a shell that starts something and then
 * becomes the node (`exec`) leaves them to it. They are only the shell's. None are known
 * if the system does not list them as Linux does.
 */
const inherited: ReadonlySet<number> = new Set(childrenOf(process.pid));

/** How many times all processes are looked through, because one of them may start others meanwhile. */
const PASSES_MAX = 10;

/**
 * Ends all descendants of a process; of this one by default. They are stopped first, so
 * that none starts another, or is left to the system's first process when its parent ends
 * before it is known.
 */
function endDescendants(root = process.pid): void {
	const known = new Set<number>();
	for (let pass = 0; pass < PASSES_MAX; pass += 1) {
		const found = descendantsOf(root).filter((pid) => !known.has(pid));
		if (found.length === 0) break;
		for (const pid of found) {
			known.add(pid);
			signal(pid, "SIGSTOP");
		}
	}
	for (const pid of known) signal(pid, "SIGKILL");
}

/** Ends all descendants of this process, or those that one of its threads has started. */
export function endProcesses(systemThread?: number): void {
	if (systemThread === undefined) endDescendants();
	else
		for (const pid of childrenOf(systemThread))
			if (!inherited.has(pid)) endTree(pid);
}

function descendantsOf(root: number): number[] {
	const children = new Map<number, number[]>();
	for (const [pid, parent] of processes()) {
		const siblings = children.get(parent) ?? [];
		siblings.push(pid);
		children.set(parent, siblings);
	}
	const found: number[] = [];
	const open = [root];
	for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
		for (const child of children.get(pid) ?? []) {
			if (inherited.has(child)) continue;
			found.push(child);
			open.push(child);
		}
	}
	return found;
}

/** Processes that a thread of this process has started. */
function childrenOf(systemThread: number): number[] {
	try {
		const file = `/proc/self/task/${systemThread}/children`;
		const pids = readFileSync(file, "latin1").split(" ").map(Number);
		return pids.filter((pid) => pid > 0);
	} catch {
		return [];
	}
}

/**
 * All processes with their parents; none if the system does not list them as Linux does.
 */
function* processes(): Generator<[pid: number, parent: number]> {
	let names: string[];
	try {
		names = readdirSync("/proc");
	} catch {
		return;
	}
	for (const name of names) {
		const pid = Number(name);
		if (!Number.isInteger(pid)) continue;
		try {
			const stat = readFileSync(`/proc/${name}/stat`, "latin1");
			// The name stands in brackets, and may contain any character.
			const [, , parent] = stat.slice(stat.lastIndexOf(")")).split(" ");
			yield [pid, Number(parent)];
		} catch {
			// It has ended meanwhile.
		}
	}
}

function signal(pid: number, name: NodeJS.Signals): void {
	try {
		process.kill(pid, name);
	} catch {
		// It has ended meanwhile.
	}
}

/** Ends a process with all its descendants. */
export function endTree(pid: number): void {
	signal(pid, "SIGSTOP");
	endDescendants(pid);
	signal(pid, "SIGKILL");
}

/** Ends this process, whatever its threads are doing. */
export function leave(code: number): void {
	const end = exitOfTheSystem();
	if (end === undefined) {
		// The process ends all the same, if not with this code.
		const alive = process.getActiveResourcesInfo();
		if (alive.some((what) => /^(Worker|MessagePort)$/.test(what)))
			process.kill(process.pid, "SIGKILL");
		process.exit(code);
	}
	// What has to be done before the end is done now: the log writes its last lines.
	process.emit("exit", code);
	flushCompileCache();
	end(code);
}

/** The system's own `_exit`; undefined if this system or its Node.js does not let it be called. */
function exitOfTheSystem(): ((code: number) => void) | undefined {
	// The warning that it may change with the next Node.js is of no use to a user.
	process.removeAllListeners("warning");
	try {
		const ffi = process.getBuiltinModule("node:ffi");
		const shape = { arguments: ["int32"], return: "void" } as const;
		return new ffi.DynamicLibrary(null).getFunction("_exit", shape);
	} catch {
		return undefined;
	}
}
