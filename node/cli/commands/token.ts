/** `hearsay token`: creates, lists and revokes access tokens, by asking a node. */
import { ACCESS_ROLES, type AccessRole } from "../../../protocol/access.ts";
import type { Component } from "../../../protocol/schema/components.ts";
import { ConfigError } from "../../options.ts";
import type { Command, Invocation } from "../command.ts";
import { CommandFailed } from "../command-failed.ts";
import { type Flags, type FlagValues, readFlags } from "../flags.ts";
import { HELP_FLAG } from "../node-flags.ts";
import { CLIENT_FLAGS, Nodes } from "../nodes.ts";
import { formatTable } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { readChoice } from "../values.ts";

const CREATE_FLAGS = {
	role: {
		kind: "text",
		value: "ROLE",
		help: "read, submit or operate; each may do what the one before it may",
	},
	expires: {
		kind: "text",
		value: "DURATION",
		help: "after which it is refused: 12h, 90d (default never)",
	},
	queue: {
		kind: "texts",
		value: "NAME",
		help: "only tasks of this queue; repeatable",
	},
	type: {
		kind: "texts",
		value: "NAME",
		help: "only tasks of this type; repeatable",
	},
	payloads: {
		kind: "switch",
		help: "a token with the role read may see payloads, results and errors",
	},
} as const satisfies Flags;

type Flag = keyof typeof CREATE_FLAGS | keyof typeof CLIENT_FLAGS;
type TokenAsRead = Component<"TokenAsRead">;

export const tokenCommand: Command = {
	help: {
		usage: "hearsay token create NAME --role ROLE | list | revoke NAME",
		summary:
			"Creates, lists and revokes access tokens of a cluster. It asks a node, with the access token in HEARSAY_TOKEN, whose role must be operate.",
		groups: [
			["Of create", CREATE_FLAGS],
			["Of all", { ...CLIENT_FLAGS, help: HELP_FLAG }],
		],
		notes: [
			"A new token is printed once, and kept by nobody. The first of a cluster needs no token, and must have the role operate; from then on every request needs one.",
		],
	},
	run: runToken,
};

const ACTIONS = { create, list, revoke } as const;

interface Asked {
	readonly nodes: Nodes;
	readonly flags: FlagValues<Flag>;
	/** The token's name; empty if none was given. */
	readonly name: string;
	readonly terminal: Terminal;
}

async function runToken({
	args,
	env,
	clock,
	terminal,
	stop,
}: Invocation): Promise<number> {
	const [action = "", ...rest] = args;
	if (!Object.hasOwn(ACTIONS, action))
		throw new ConfigError(
			`hearsay token has ${Object.keys(ACTIONS).join(", ")}; say which, or --help.`,
		);
	const isNamed = rest[0] !== undefined && !rest[0].startsWith("-");
	const name = isNamed ? (rest[0] ?? "") : "";
	const isCreate = action === "create";
	if (isNamed === (action === "list"))
		throw new ConfigError(
			isNamed
				? "hearsay token list takes no name; leave it out."
				: `hearsay token ${action} needs the name of a token first.`,
		);
	const others = isNamed ? rest.slice(1) : rest;
	const flags: FlagValues<Flag> = isCreate
		? readFlags({ ...CREATE_FLAGS, ...CLIENT_FLAGS }, others, env)
		: readFlags<string>(CLIENT_FLAGS, others, env);
	const nodes = new Nodes(flags, env, clock);
	const act = ACTIONS[action as keyof typeof ACTIONS];
	const stopped = stop.inOrder.then(() => {
		throw new CommandFailed("it was stopped before a node had answered.", 1);
	});
	await Promise.race([act({ nodes, flags, name, terminal }), stopped]);
	return 0;
}

async function create({ nodes, flags, name, terminal }: Asked): Promise<void> {
	const textsOf = (flag: "queue" | "type") =>
		flags.texts(flag).map(({ text }) => text);
	const [queues, types] = [textsOf("queue"), textsOf("type")];
	const expires = flags.text("expires");
	const body: Component<"TokenAsSubmitted"> = {
		...{ name, role: readRole(flags) },
		...(expires && { expiresIn: readExpiry(expires) }),
		...(queues.length > 0 && { queues }),
		...(types.length > 0 && { types }),
		...(flags.on("payloads") && { payloads: true }),
	};
	const made = await nodes.ask(
		(client) => client.ask("createToken", { body }),
		false,
	);
	if (flags.on("json")) return terminal.line(JSON.stringify(made));
	terminal.line(made.token);
	terminal.problem(
		`The token "${name}" has the role ${made.role}. It is shown this once; keep it where nobody else reads it.`,
	);
}

function readRole(flags: FlagValues<Flag>): AccessRole {
	const role = flags.text("role");
	if (role !== undefined) return readChoice(role, ACCESS_ROLES);
	throw new ConfigError(
		`hearsay token create needs --role: one of ${ACCESS_ROLES.join(", ")}.`,
	);
}

/**
 * Reads when a token expires. The node reads durations itself, but takes a bare number for
 * milliseconds.
 */
function readExpiry({ text, from }: { text: string; from: string }): string {
	if (/^\d+(ms|[smhd])$/.test(text)) return text;
	throw new ConfigError(
		`${from} is "${text}"; give a duration such as 12h or 90d.`,
	);
}

async function list({ nodes, flags, terminal }: Asked): Promise<void> {
	const { tokens } = await nodes.ask(
		(client) => client.ask("listTokens"),
		true,
	);
	if (flags.on("json")) {
		for (const token of tokens) terminal.line(JSON.stringify(token));
		return;
	}
	const times = ["EXPIRES (UTC)", "LAST USED", "CREATED"];
	const heading = ["NAME", "ROLE", "ONLY", ...times];
	terminal.line(formatTable(heading, tokens.map(rowOf)));
}

function rowOf(token: TokenAsRead): string[] {
	const { name, role, queues = [], types = [], payloads } = token;
	const only = [
		...queues.map((queue) => `queue ${queue}`),
		...types.map((type) => `type ${type}`),
		...(payloads ? [] : ["no payloads"]),
	];
	const day = (time: string | undefined, none: string) =>
		time?.replace("T", " ").replace(/:\d\d\.\d+Z$/, "") ?? none;
	return [
		...[name, role, only.join(", ") || "-"],
		...[day(token.expiresAt, "never"), day(token.lastUsedAt, "-")],
		day(token.createdAt, "-"),
	];
}

async function revoke({ nodes, flags, name, terminal }: Asked): Promise<void> {
	const revoked = await nodes.ask(
		(client) => client.ask("revokeToken", { places: { name } }),
		true,
	);
	if (flags.on("json")) return terminal.line(JSON.stringify(revoked));
	terminal.line(
		`The token "${name}" is revoked; every node that reaches Redis refuses it within 5 s.`,
	);
}
