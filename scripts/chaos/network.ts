/**
 * A network to be cut: every node in a network namespace of its own, with three
 * links that lead to three bridges.
 *
 *     run ── control ──┬── node-1 ── peers ──┐
 *     Redis ── store ──┘   node-2 ── peers ──┤  (or, once split, `aside`;
 *                                               or, once cut, `nowhere`)
 *
 * So peers can lose each other while all reach Redis, and a node can lose
 * Redis while its peers see it. A cut drops packets without a word: nothing is
 * refused, no connection is closed.
 *
 * All of it lies in a namespace into which the run itself was started (see
 * `enterNetwork`). Namespaces here have no names: they go, links and all, with
 * the last process in them, however the run ends.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readlinkSync } from "node:fs";
import type { Socket } from "node:net";
import { nowMs, sleep } from "../bench/clock.ts";
import type { Cut } from "./fault.ts";
import type { Ground, NodePlace } from "./ground.ts";

const INSIDE = "HEARSAY_CHAOS_NETWORK";
const LINKS = ["control", "store", "peers"] as const;
type Link = (typeof LINKS)[number];
const SUBNET: Readonly<Record<Link, string>> = {
	control: "10.83.1",
	store: "10.83.2",
	peers: "10.83.3",
};
const OWN = 254;
const MAC: Readonly<Record<Link, string>> = {
	control: "02:83:00:00:00:01",
	store: "02:83:00:00:00:02",
	peers: "02:83:00:00:00:03",
};

/** Why no network can be made here; undefined where one can. */
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
		// The channel tells it when this process is gone.
		stdio: ["inherit", "inherit", "inherit", "ipc"],
	});
	for (const signal of ["SIGINT", "SIGTERM"] as const) {
		process.on(signal, () => child.kill(signal));
	}
	const [code, signal] = await once(child, "exit");
	if (signal !== null) throw new Error(`chaos was ended by ${signal}`);
	return code;
}

export class Network implements Ground {
	readonly redisHost = `${SUBNET.store}.${OWN}`;
	/** Of the process that holds each node's namespace. */
	readonly #holders: readonly number[];

	/** @throws where the system refuses. */
	constructor(nodes: number) {
		// `cat` ends when its input does, and so no later than this process.
		this.#holders = Array.from({ length: nodes }, () => {
			const holder = spawn("unshare", ["--net", "cat"], {
				stdio: ["pipe", "ignore", "inherit"],
			});
			// Neither it nor its input keeps this process from ending.
			holder.unref();
			(holder.stdin as Socket).unref();
			if (holder.pid === undefined) throw new Error("unshare did not start");
			return holder.pid;
		});
		ip([
			"link set lo up",
			"link add aside type bridge",
			"link set aside up",
			// Never up: it passes nothing on.
			"link add nowhere type bridge",
			...LINKS.flatMap((link) => [
				// With an address of its own. Else it takes one from its ports, and
				// another when that one leaves: nobody would find it for a while.
				`link add ${link} address ${MAC[link]} type bridge`,
				`link set ${link} up`,
				`addr add ${SUBNET[link]}.${OWN}/24 dev ${link}`,
			]),
		]);
	}

	/** Lays the links of all nodes. Resolves once their namespaces are there. */
	async lay(): Promise<void> {
		for (const [index, pid] of this.#holders.entries()) {
			await untilApart(pid);
			ip(
				LINKS.flatMap((link) => [
					`link add ${portOf(link, index)} type veth peer name ${link} netns ${pid}`,
					`link set ${portOf(link, index)} master ${link}`,
					`link set ${portOf(link, index)} up`,
				]),
			);
			const inside = [
				"link set lo up",
				...LINKS.flatMap((link) => [
					`addr add ${SUBNET[link]}.${index + 1}/24 dev ${link}`,
					`link set ${link} up`,
				]),
			];
			ip(inside, enter(pid));
		}
	}

	nodeAt(index: number): NodePlace {
		return {
			http: `${SUBNET.control}.${index + 1}:5000`,
			p2p: `${SUBNET.peers}.${index + 1}:4000`,
			prefix: enter(this.#holders[index] as number),
			// It serves HTTP beyond its loopback, on a network that ends here.
			flags: ["--insecure"],
		};
	}

	cut(cut: Cut, nodes: readonly number[]): void {
		this.#set(cut, nodes, "cut");
	}

	mend(cut: Cut, nodes: readonly number[]): void {
		this.#set(cut, nodes, "mend");
	}

	#set(cut: Cut, nodes: readonly number[], to: "cut" | "mend"): void {
		if (cut === "peers") {
			const bridge = to === "cut" ? "aside" : "peers";
			ip(nodes.map((i) => `link set ${portOf("peers", i)} master ${bridge}`));
			return;
		}
		const links = cut === "store" ? (["store"] as const) : LINKS;
		const bridgeOf = (link: Link) => (to === "cut" ? "nowhere" : link);
		ip(
			nodes.flatMap((i) =>
				links.map(
					(link) => `link set ${portOf(link, i)} master ${bridgeOf(link)}`,
				),
			),
		);
	}
}

/** The bridge's end of a node's link. */
function portOf(link: Link, index: number): string {
	return `${link}-${index + 1}`;
}

function enter(holder: number): string[] {
	return ["nsenter", `--net=/proc/${holder}/ns/net`];
}

function ip(lines: readonly string[], prefix: readonly string[] = []): void {
	const [program = "", ...args] = [...prefix, "ip", "-batch", "-"];
	execFileSync(program, args, { input: lines.join("\n"), stdio: "pipe" });
}

/** Until the process has left this one's namespace for its own. */
async function untilApart(pid: number): Promise<void> {
	const own = readlinkSync("/proc/self/ns/net");
	const deadlineMs = nowMs() + 5_000;
	while (readlinkSync(`/proc/${pid}/ns/net`) === own) {
		if (nowMs() > deadlineMs) throw new Error("a namespace was not made");
		await sleep(5);
	}
}
