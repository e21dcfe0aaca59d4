/**
 * `hearsay node`: one node, in this process, until it is told to stop. Stopping drains
 * it: it takes no more work, and hands back what it cannot finish.
 */
import { startNode } from "../../node.ts";
import { readCloud } from "../cloud-place.ts";
import type { Command, Invocation } from "../command.ts";
import { readFlags } from "../flags.ts";
import { lockFolder } from "../folder-lock.ts";
import { endProcesses } from "../leave.ts";
import { HELP_FLAG, NODE_FLAGS } from "../node-flags.ts";
import { readNodeOptions } from "../node-options.ts";
import { withRedisFile } from "../redis-file.ts";
import { readService } from "../service-place.ts";
import { sayStopped, sayStopping, type Terminal } from "../terminal.ts";
import type { Started } from "../up/member-process.ts";

export const nodeCommand: Command = {
	help: {
		usage: "hearsay node [flags]",
		summary:
			"Runs one node. Nodes with the same Redis and cluster name find each other and share the work.",
		groups: [["Flags", { ...NODE_FLAGS, help: HELP_FLAG }]],
		notes: [
			"Where a flag is absent, its variable in [brackets] counts; lists in variables are separated by commas.",
		],
	},
	run: runNode,
};

async function runNode(invocation: Invocation): Promise<number> {
	const { args, env, surroundings, terminal, stop } = invocation;
	const flags = withRedisFile(
		readFlags(NODE_FLAGS, args, env),
		surroundings.folder,
	);
	const options = {
		...readNodeOptions(flags, surroundings),
		...readCloud(flags, env),
		...readService(env, process.pid),
	};
	using _ = lockFolder(options.dataDir, {
		taken: `Another node uses the folder ${options.dataDir}; give each node its own with --data.`,
		advice: "give --data a folder that this user can write to",
	});
	const told = new Error("told to stop twice: its tasks were ended at once");
	const starting = startNode(options, endProcesses);
	const twice = stop.atOnce.then(() => told);
	const node = await Promise.race([starting, twice]);
	if (node instanceof Error) return giveUp(node, terminal);
	const isChild = process.send !== undefined; // A child of `up`, which speaks for all.
	// If `up` is gone already, `stop` says so.
	const started: Started = { name: node.name };
	if (isChild) process.send?.(started, () => {});
	else terminal.line(`node ${node.name} (${node.nodeId}) serves ${node.url}/`);
	void stop.inOrder.then((by) => {
		if (!isChild) sayStopping(terminal, options.drainMs);
		return node.stop(by === "parent");
	});
	const dropped = twice.then(async () => {
		await node.stopAtOnce();
		return told;
	});
	const end = await Promise.race([node.stopped, dropped]);
	if (end !== "drained") return giveUp(end, terminal);
	if (!isChild) sayStopped(terminal);
	return 0;
}

function giveUp({ message }: Error, terminal: Terminal): number {
	terminal.problem(`hearsay: ${message}`);
	return 1;
}
