/**
 * `hearsay up`: a cluster on this machine, with a Redis of its own, for as long as the
 * command runs. Everything that it keeps is in `.hearsay/` in the current folder; the
 * next `up` there goes on where this one stopped.
 */
import { join, resolve } from "node:path";
import { UP_NODES_MAX } from "../../../protocol/limits.ts";
import { ConfigError } from "../../options.ts";
import { redact } from "../../store/redis/url.ts";
import { programCommand } from "../../world/assets.ts";
import type { Command, Invocation } from "../command.ts";
import { type Flags, type FlagValues, readFlags } from "../flags.ts";
import { lockFolder } from "../folder-lock.ts";
import { HELP_FLAG, SHARED_FLAGS, type SharedFlag } from "../node-flags.ts";
import { readHttp, readSharedOptions } from "../node-options.ts";
import { shellLine } from "../shell-word.ts";
import {
	sayEnding,
	sayStopped,
	sayStopping,
	type Terminal,
} from "../terminal.ts";
import { type ClusterPlan, LocalCluster } from "../up/cluster.ts";
import { StartFailed } from "../up/start-failed.ts";
import { formatAddress, readCount } from "../values.ts";

const UP_FLAGS = {
	nodes: {
		kind: "text",
		value: "N",
		help: "how many nodes (default 3)",
	},
	http: {
		kind: "text",
		value: "HOST:PORT",
		env: ["HEARSAY_HTTP"],
		help: "HTTP address of the first node; the next ones take the ports after it (default 127.0.0.1:5000)",
	},
} as const satisfies Flags;

type UpFlag = SharedFlag | keyof typeof UP_FLAGS;

export const upCommand: Command = {
	help: {
		usage: "hearsay up [--nodes 3] [flags for all nodes]",
		summary:
			"Runs a cluster on this machine until Ctrl-C. The next start in the same folder resumes its backlog.",
		groups: [
			["The cluster", { ...UP_FLAGS, help: HELP_FLAG }],
			["For every node", SHARED_FLAGS],
		],
		notes: [
			"Without --redis it starts a Redis server of its own, on a free port of this machine. Data and logs lie in .hearsay/ of the current folder.",
		],
	},
	run: runUp,
};

async function runUp(invocation: Invocation): Promise<number> {
	const { terminal, clock, stop } = invocation;
	const { plan, join: joining } = readPlan(invocation);
	using _ = lockFolder(plan.folder, {
		taken: `Another \`hearsay up\` is running in this folder (${plan.folder}); use that one, or start this one elsewhere with other ports (--http).`,
		advice: "start it in a folder that this user can write to",
	});
	const cluster = new LocalCluster(plan, clock, terminal);
	let told = false;
	void stop.atOnce.then(() => {
		sayEnding(terminal);
		cluster.hurry();
	});
	try {
		const started = await Promise.race([
			cluster.start().then(() => true),
			stop.inOrder.then(() => false),
		]);
		if (started) {
			greet(cluster, plan, joining, terminal);
			await stop.inOrder;
		}
		sayStopping(terminal, plan.drainMs);
		told = true;
		return 0;
	} catch (error) {
		if (!(error instanceof StartFailed)) throw error;
		terminal.problem(`hearsay: ${error.message}.`);
		return error.exitCode;
	} finally {
		await cluster.stop();
		if (told) sayStopped(terminal);
	}
}

interface UpPlan {
	readonly plan: ClusterPlan;
	/**
	 * The flags that a node needs to join by hand, wherever it is started, except for its
	 * addresses.
	 */
	readonly join: readonly string[];
}

function readPlan({ args, env, surroundings }: Invocation): UpPlan {
	const flags: FlagValues<UpFlag> = readFlags(
		{ ...UP_FLAGS, ...SHARED_FLAGS },
		args,
		env,
	);
	const { redis, drainMs, tls } = readSharedOptions(flags, surroundings);
	const given = flags.text("nodes");
	const nodes = given === undefined ? 3 : readCount(given, 1, UP_NODES_MAX);
	const first = readHttp(flags);
	if (first.port === 0 || first.port + nodes > 65_536) {
		throw new ConfigError(
			`--http: the nodes need ${nodes} ports from ${first.port} on; give a port from 1 to ${65_536 - nodes}.`,
		);
	}
	const plan = {
		folder: join(surroundings.folder, ".hearsay"),
		nodes,
		first,
		isSecure: tls !== undefined,
		redis,
		drainMs,
		program: programCommand(),
		args: sharedArgs(flags, (from) => from.startsWith("--")),
		env,
	};
	const absolute = (name: string, text: string) =>
		isFile(name) ? resolve(surroundings.folder, text) : text;
	return { plan, join: sharedArgs(flags, () => true, absolute) };
}

function isFile(flag: string): boolean {
	return ["handlers", "tls-cert", "tls-key", "token-file"].includes(flag);
}

/**
 * The flags that `up` was given and its nodes have to be given, too. Its own nodes
 * inherit its variables, and so get only what was given as a flag.
 */
function sharedArgs(
	flags: FlagValues<SharedFlag>,
	wanted: (from: string) => boolean,
	write = (_name: string, text: string) => text,
): string[] {
	const args: string[] = [];
	for (const [name, { kind }] of Object.entries(SHARED_FLAGS)) {
		if (name === "redis") continue; // Travels as a variable: see `cluster.ts`.
		for (const { text, from } of flags.texts(name as SharedFlag)) {
			if (!wanted(from)) continue;
			args.push(`--${name}`, ...(kind === "switch" ? [] : [write(name, text)]));
		}
	}
	return args;
}

function greet(
	cluster: LocalCluster,
	plan: ClusterPlan,
	joining: readonly string[],
	terminal: Terminal,
): void {
	const url = cluster.url(0);
	const { where, line } = oneMore(cluster.redisUrl, plan, joining);
	// Like a password, it is not shown to anybody.
	const token = joining.includes("--token-file")
		? ' -H "authorization: Bearer $HEARSAY_TOKEN"'
		: "";
	terminal.line(`
Dashboard  ${url}/
Try        curl ${url}/v1/tasks${token} -H 'content-type: application/json' -d '{"type":"process_task","payload":{"durationMs":2000}}'
One more   ${where}${line}

Ctrl-C stops the cluster; the next start resumes what is left.`);
}

/** The command that starts another node of the cluster, in any folder of this machine. */
function oneMore(
	redisUrl: string,
	{ folder, program, nodes, first }: ClusterPlan,
	joining: readonly string[],
): { where: string; line: string } {
	const next = first.port + nodes;
	const port = next > 65_535 ? 0 : next;
	// A password is not shown to anybody, and so has to be there already.
	const isSecret = redact(redisUrl) !== redisUrl;
	const line = shellLine([
		...[...program, "node", ...(isSecret ? [] : ["--redis", redisUrl])],
		...["--name", `node-${nodes + 1}`],
		...["--http", formatAddress({ ...first, port })],
		...["--p2p", "127.0.0.1:0"],
		...["--data", join(folder, `one-more-${port}`)],
		...joining,
	]);
	const where = isSecret
		? "(where HEARSAY_REDIS_URL is set to the address of this Redis)\n           "
		: "";
	return { where, line };
}
