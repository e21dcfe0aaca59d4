/** Where nodes say that they are, on machines with more than one network. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { NodeAsRead } from "../../protocol/schema/nodes.ts";
import { until } from "../cluster.ts";
import { HearsayProcess, PROGRAM } from "../e2e/up-process.ts";
import {
	address6Of,
	addressOf,
	type Machine,
	startMachines,
} from "./machines.ts";

const run = promisify(execFile);

/** On a machine. */
async function runOn({ prefix }: Machine, ...command: readonly string[]) {
	const [program = "", ...args] = [...prefix, ...command];
	return (await run(program, args)).stdout;
}

/** All nodes, as the one at this address of the machine's own tells. */
async function nodesAt(machine: Machine, url: string): Promise<NodeAsRead[]> {
	const script = `console.log(await (await fetch("${url}/v1/nodes")).text())`;
	const node = [process.execPath, "--input-type=module", "--eval", script];
	const text = await runOn(machine, ...node).catch(() => '{"nodes":[]}');
	return JSON.parse(text).nodes ?? [];
}

const whereOf = (nodes: readonly NodeAsRead[]) =>
	nodes
		.toSorted((a, b) => (a.name < b.name ? -1 : 1))
		.map(({ name, url, p2p, seenBy }) => [name, url, p2p, seenBy.length]);

test("nodes are where they reach Redis from, by either family, and where that is after a move", async () => {
	const machines = await startMachines(3);
	const [store, a, b] = machines as [Machine, Machine, Machine];
	const folder = mkdtempSync(join(tmpdir(), "hearsay-addresses-"));
	await using stack = new AsyncDisposableStack();
	stack.defer(() => rmSync(folder, { recursive: true }));
	const start = (
		machine: Machine,
		program: readonly string[],
		ready: RegExp,
	) => {
		const [command = "", ...args] = program;
		const child = new HearsayProcess(
			[...machine.prefix, command],
			args,
			folder,
		);
		stack.defer(() => child.stop());
		return child.says(ready);
	};
	const listen = ["--bind", addressOf(0), address6Of(0)];
	const open = ["--protected-mode", "no", "--save", ""];
	await start(store, ["redis-server", ...listen, ...open], /Ready to accept/);
	const startNode = (
		machine: Machine,
		name: string,
		host: string,
		redis: string,
	) => {
		const http = ["--http", `${host}:5000`, "--insecure"];
		const rest = ["--p2p", `${host}:7000`, "--data", name, "--name", name];
		const flags = ["--redis", `redis://${redis}:6379`, ...http, ...rest];
		return start(machine, [...PROGRAM, "node", ...flags], /serves/);
	};
	await startNode(a, "a", "0.0.0.0", addressOf(0));
	await startNode(b, "b", "[::]", `[${address6Of(0)}]`);
	const at = (address: string) => [
		`http://${address}:5000`,
		`${address}:7000`,
		1,
	];
	const six = `[${address6Of(2)}]`;
	const known = async (address: string) =>
		JSON.stringify(whereOf(await nodesAt(a, `http://${address}:5000`)));
	const wanted = (address: string) =>
		JSON.stringify([
			["a", ...at(address)],
			["b", ...at(six)],
		]);
	await until(
		() => known(addressOf(1)),
		(text) => text === wanted(addressOf(1)),
	);
	const moved = "10.9.0.77";
	a.ip(`addr del ${addressOf(1)}/24 dev eth0`, `addr add ${moved}/24 dev eth0`);
	await runOn(
		store,
		...["redis-cli", "-h", addressOf(0), "client", "kill"],
		...["type", "normal", "skipme", "yes"],
	);
	await until(
		() => known(moved),
		(text) => text === wanted(moved),
	);
	expect(await known(moved)).not.toContain("172.17.");
}, 120_000);
