import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { Cluster } from "../cluster.ts";

const IDLE_MS = 6_000;
const COMMANDS_PER_S_MAX = 5;
/** A share of a core: twice what is promised, since the machine may be busy with other things. */
const CPU_MAX = 0.04;
/** The same on every Linux on which Node.js runs. */
const TICK_MS = 10;

/** The processor time that a process has used so far, user and system. */
function cpuMs(pid: number): number {
	// The name of the program is in brackets, and may contain spaces.
	const [, rest = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
	const fields = rest.split(" ");
	return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

test("an idle node sends Redis at most 5 commands a second, and takes next to no time", async () => {
	await using cluster = await Cluster.start({ nodes: [[], [], []] });
	const nodes = await cluster.node(1).peers();
	const redis = new Redis(cluster.redis.url);
	const watcher = await redis.monitor();
	/** Commands by the address of their connection; each node has one. */
	const commands = new Map<string, string[]>();
	watcher.on("monitor", (_time, [name]: string[], source: string) => {
		// Calls from within a script are not sent.
		if (source === "lua") return;
		commands.set(source, [...(commands.get(source) ?? []), name ?? ""]);
	});
	const before = nodes.map(({ pid }) => cpuMs(pid));
	await pause(IDLE_MS);
	const cpu = nodes.map(
		({ pid }, i) => (cpuMs(pid) - (before[i] ?? 0)) / IDLE_MS,
	);
	watcher.disconnect();
	redis.disconnect();
	const perS = [...commands.values()].map(
		({ length }) => (length * 1_000) / IDLE_MS,
	);
	expect(perS).toHaveLength(nodes.length);
	expect(Math.max(...perS)).toBeLessThanOrEqual(COMMANDS_PER_S_MAX);
	expect(Math.max(...cpu)).toBeLessThanOrEqual(CPU_MAX);
});
