/** Where nodes say that they are, on machines with more than one network. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "vitest";
import type { NodeAsRead } from "../../protocol/schema/nodes.ts";
import { until } from "../cluster.ts";
import { HearsayProcess, PROGRAM } from "../e2e/up-process.ts";
import {
	address6Of,
	addressOf,
	type Machine,
	startMachines,
} from "./own-networks.ts";

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

/** A Redis on the first machine, reached by both families, and a node on each of the others. */
async function startNodes([store, a, b]: readonly [Machine, Machine, Machine]) {
	await using stack = new AsyncDisposableStack();
	const folder = mkdtempSync(join(tmpdir(), "hearsay-addresses-"));
	stack.defer(() => rmSync(folder, { recursive: true }));
	const start = (
		{ prefix }: Machine,
		[command = "", ...args]: readonly string[],
		ready: RegExp,
	) => {
		const child = new HearsayProcess([...prefix, command], args, folder);
		stack.defer(() => child.stop());
		return child.says(ready);
	};
	const redis = [
		...["redis-server", "--bind", addressOf(0), address6Of(0)],
		...["--protected-mode", "no", "--save", ""],
	];
	await start(store, redis, /Ready to accept/);
	const node = (name: string, host: string, redis: string) => [
		...[...PROGRAM, "node", "--redis", `redis://${redis}:6379`],
		...["--http", `${host}:5000`, "--insecure", "--p2p", `${host}:7000`],
		...["--data", name, "--name", name],
	];
	await start(a, node("a", "0.0.0.0", addressOf(0)), /serves/);
	await start(b, node("b", "[::]", `[${address6Of(0)}]`), /serves/);
	const held = stack.move();
	return { [Symbol.asyncDispose]: () => held.disposeAsync() };
}

test("nodes are where they reach Redis from, by either family, and where that is after a move", async () => {
	const machines = await startMachines(3);
	const [store, a] = machines as [Machine, Machine, Machine];
	await using _nodes = await startNodes([store, a, machines[2] as Machine]);
	const at = (name: string, host: string) => [
		...[name, `http://${host}:5000`, `${host}:7000`],
		1,
	];
	const areWhere = (address: string) =>
		until(
			async () => whereOf(await nodesAt(a, `http://${address}:5000`)),
			(where) =>
				JSON.stringify(where) ===
				JSON.stringify([at("a", address), at("b", `[${address6Of(2)}]`)]),
		);
	await areWhere(addressOf(1));
	const moved = "10.9.0.77";
	a.ip(`addr del ${addressOf(1)}/24 dev eth0`, `addr add ${moved}/24 dev eth0`);
	await runOn(
		store,
		...["redis-cli", "-h", addressOf(0), "client", "kill"],
		...["type", "normal", "skipme", "yes"],
	);
	await areWhere(moved);
}, 120_000);
