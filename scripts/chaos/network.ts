/**
 * A network to be cut: every node in a network namespace of its own, with three links
 * that lead to three bridges.
 *
 *     run ── control ──┬── node-1 ── peers ──┐
 *     Redis ── store ──┘   node-2 ── peers ──┤  (or, once split, `aside`;
 *                                               or, once cut, `nowhere`)
 *
 * So peers can lose each other while all reach Redis, and a node can lose Redis while its
 * peers see it. A cut drops packets silently: nothing is refused, no connection is
 * closed. If packets are to be lost only one way, the sender is told that the receiver
 * has a hardware address that belongs to nobody.
 *
 * All of it lies in a namespace into which the run itself was started (see
 * `network-entry.ts`). Namespaces here have no names: they go, links and all, with the
 * last process in them, however the run ends.
 */
import { execFileSync, spawn } from "node:child_process";
import { readlinkSync } from "node:fs";
import type { Socket } from "node:net";
import { nowMs, sleep } from "../bench/clock.ts";
import { CUTS, type SingleCut } from "./fault.ts";
import type { Ground, NodePlace } from "./ground.ts";

const LINKS = ["control", "store", "peers"] as const;
type Link = (typeof LINKS)[number];
type Change = "cut" | "mend";
type OneWay = (typeof CUTS)["one-way"][number];
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
/** Packets sent to this address reach nobody. */
const NOBODY = "02:83:00:00:00:ff";

/** The links that lead elsewhere meanwhile, and where they lead. */
const BOTH_WAYS: Readonly<
	Record<
		Exclude<SingleCut, OneWay>,
		{ links: readonly Link[]; bridge: "aside" | "nowhere" }
	>
> = {
	peers: { links: ["peers"], bridge: "aside" },
	apart: { links: ["peers"], bridge: "nowhere" },
	store: { links: ["store"], bridge: "nowhere" },
	host: { links: LINKS, bridge: "nowhere" },
};

export class Network implements Ground {
	readonly redisHost = `${SUBNET.store}.${OWN}`;
	/** The ids of the processes that hold the nodes' namespaces. */
	readonly #holders: readonly number[];

	/** @throws if the system refuses */
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
			// Never up: this bridge passes nothing on.
			"link add nowhere type bridge",
			...LINKS.flatMap((link) => [
				// The bridge gets an address of its own. Otherwise it takes one from its ports,
				// and another when that port leaves: nobody would find it for a while.
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
					`addr add ${addressOf(link, index)}/24 dev ${link}`,
					`link set ${link} up`,
				]),
			];
			ip(inside, this.#enter(index));
		}
	}

	nodeAt(index: number): NodePlace {
		return {
			http: `${addressOf("control", index)}:5000`,
			p2p: `${addressOf("peers", index)}:4000`,
			prefix: this.#enter(index),
			// The node serves HTTP beyond its loopback, on a network that ends here.
			flags: ["--insecure"],
		};
	}

	cut(cut: SingleCut, nodes: readonly number[]): void {
		this.#set(cut, nodes, "cut");
	}

	mend(cut: SingleCut, nodes: readonly number[]): void {
		this.#set(cut, nodes, "mend");
	}

	#set(cut: SingleCut, nodes: readonly number[], to: Change): void {
		if (isOneWay(cut)) {
			this.#deafen(cut, nodes, to);
			return;
		}
		const { links, bridge } = BOTH_WAYS[cut];
		ip(
			nodes.flatMap((index) =>
				links.map((link) => {
					const master = to === "cut" ? bridge : link;
					return `link set ${portOf(link, index)} master ${master}`;
				}),
			),
		);
	}

	#deafen(cut: OneWay, nodes: readonly number[], to: Change): void {
		if (cut === "store-unanswered") {
			const addresses = nodes.map((index) => addressOf("store", index));
			lose("store", addresses, to, []);
			return;
		}
		const rest = [...this.#holders.keys()].filter((i) => !nodes.includes(i));
		for (const index of nodes) {
			const inside = this.#enter(index);
			if (cut === "store-unheard") lose("store", [this.redisHost], to, inside);
			else
				lose(
					"peers",
					rest.map((i) => addressOf("peers", i)),
					to,
					inside,
				);
		}
	}

	/** Comes before a command that is to run where the node does. */
	#enter(index: number): string[] {
		return ["nsenter", `--net=/proc/${this.#holders[index]}/ns/net`];
	}
}

/** Loses what is sent to these addresses from the place that `prefix` leads to. */
function lose(
	link: Link,
	addresses: readonly string[],
	to: Change,
	prefix: readonly string[],
): void {
	ip(
		addresses.map((address) =>
			to === "cut"
				? `neigh replace ${address} lladdr ${NOBODY} dev ${link} nud permanent`
				: `neigh del ${address} dev ${link}`,
		),
		prefix,
	);
}

function addressOf(link: Link, index: number): string {
	return `${SUBNET[link]}.${index + 1}`;
}

function isOneWay(cut: SingleCut): cut is OneWay {
	return CUTS["one-way"].some((each) => each === cut);
}

/** The bridge's end of a node's link. */
function portOf(link: Link, index: number): string {
	return `${link}-${index + 1}`;
}

function ip(lines: readonly string[], prefix: readonly string[] = []): void {
	const [program = "", ...args] = [...prefix, "ip", "-batch", "-"];
	execFileSync(program, args, { input: lines.join("\n"), stdio: "pipe" });
}

/** Waits until the process has left this one's namespace for its own. */
async function untilApart(pid: number): Promise<void> {
	const own = readlinkSync("/proc/self/ns/net");
	const deadlineMs = nowMs() + 5_000;
	while (readlinkSync(`/proc/${pid}/ns/net`) === own) {
		if (nowMs() > deadlineMs) throw new Error("a namespace was not made");
		await sleep(5);
	}
}
