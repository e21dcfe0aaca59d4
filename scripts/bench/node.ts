/**
 * A node process of Hearsay: its door for tasks, and its client for everything else.
 */
import { join } from "node:path";
import type { Client } from "../../protocol/client/client.ts";
import { PROGRAM_FILE } from "../build/program.ts";
import { clientOf } from "../client.ts";
import { Child, pathOf } from "./children.ts";
import { CONCURRENCY, type Ground } from "./contender.ts";
import { HttpDoor } from "./http-door.ts";
import { freePort } from "./port.ts";

export interface BenchNode extends AsyncDisposable {
	readonly pid: number;
	readonly door: HttpDoor;
	readonly client: Client;
}

/**
 * Resolves when the node is ready. The node's environment is empty if none is given, so
 * that no setting of the shell changes a figure.
 */
export async function startNode(
	{ redis, directory }: Ground,
	flags: readonly string[],
	env: NodeJS.ProcessEnv = {},
): Promise<BenchNode> {
	const port = await freePort();
	const args = [
		...[pathOf(PROGRAM_FILE), "node"],
		...["--redis", redis.url],
		...["--http", `127.0.0.1:${port}`],
		...["--p2p", "127.0.0.1:0"],
		...["--data", join(directory, `node-${port}`)],
		...["--concurrency", String(CONCURRENCY)],
		...flags,
	];
	const child = new Child("the node", process.execPath, args, env);
	await child.untilServing(port);
	const door = new HttpDoor(child, port);
	return {
		pid: child.pid,
		door,
		client: clientOf(`http://127.0.0.1:${port}`),
		[Symbol.asyncDispose]: () => door[Symbol.asyncDispose](),
	};
}
