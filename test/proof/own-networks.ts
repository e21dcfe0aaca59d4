/**
 * "Machines": network namespaces on one bridge, each with an address of its own, and before
 * it an interface that leads nowhere, as that of containers does. They end with this process.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readlinkSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

export interface Machine {
	/** Comes before a command that is to run there. */
	readonly prefix: readonly string[];
	ip(...lines: readonly string[]): void;
}

/** Of machine `n`, counted from 0, in both families. */
export const addressOf = (n: number) => `10.9.0.${n + 1}`;
export const address6Of = (n: number) => `fd00:9::${n + 1}`;

/** The first has the bridge. */
export async function startMachines(count: number): Promise<Machine[]> {
	const machines = await Promise.all(
		Array.from({ length: count }, () => startMachine()),
	);
	const [first, ...others] = machines;
	first?.ip(
		"link add lan type bridge",
		"link set lan up",
		`addr add ${addressOf(0)}/24 dev lan`,
		`addr add ${address6Of(0)}/64 dev lan nodad`,
	);
	for (const [i, machine] of others.entries()) {
		machine.ip(
			"link add docker0 type bridge",
			"addr add 172.17.0.1/16 dev docker0",
			"link set docker0 up",
			`link add eth0 type veth peer name m${i + 1} netns ${first?.pid}`,
			`addr add ${addressOf(i + 1)}/24 dev eth0`,
			`addr add ${address6Of(i + 1)}/64 dev eth0 nodad`,
			"link set eth0 up",
		);
		first?.ip(`link set m${i + 1} master lan`, `link set m${i + 1} up`);
	}
	return machines;
}

async function startMachine() {
	// `cat` ends when its input does, and so no later than this process.
	const holder = spawn("unshare", ["--net", "cat"], {
		stdio: ["pipe", "ignore", "inherit"],
	});
	await once(holder, "spawn");
	const own = readlinkSync("/proc/self/ns/net");
	while (readlinkSync(`/proc/${holder.pid}/ns/net`) === own) await pause(5);
	const prefix = ["nsenter", `--net=/proc/${holder.pid}/ns/net`];
	const ip = (...lines: readonly string[]) => {
		const [program = "", ...args] = [...prefix, "ip", "-batch", "-"];
		execFileSync(program, args, { input: lines.join("\n") });
	};
	ip("link set lo up");
	return { prefix, ip, pid: holder.pid };
}
