/**
 * The rights that a node's user needs in Redis, and no others: this is the one place for
 * them. The manual quotes it, and tests run with exactly these rights. A node that is
 * refused finds out here which right it lacks, since Redis does not say. A script that
 * writes is refused before it has begun.
 */

/**
 * What scripts run, each with as many arguments as it takes. A test compares this with
 * the scripts.
 */
const SCRIPTS_RUN: Readonly<Record<string, readonly string[]>> = {
	del: ["k"],
	exists: ["k"],
	hdel: ["k", "f"],
	hexists: ["k", "f"],
	hget: ["k", "f"],
	hgetall: ["k"],
	hincrby: ["k", "f", "1"],
	hlen: ["k"],
	hmget: ["k", "f"],
	hset: ["k", "f", "v"],
	hstrlen: ["k", "f"],
	info: ["server"],
	time: [],
	xadd: ["k", "*", "f", "v"],
	xrange: ["k", "-", "+"],
	xrevrange: ["k", "+", "-"],
	xtrim: ["k", "MAXLEN", "0"],
	zadd: ["k", "1", "m"],
	zcard: ["k"],
	zcount: ["k", "0", "1"],
	zmscore: ["k", "m"],
	zrange: ["k", "0", "0"],
	zrangebyscore: ["k", "0", "1"],
	zrem: ["k", "m"],
	zremrangebyrank: ["k", "0", "0"],
	zrevrange: ["k", "0", "0"],
	zrevrangebyscore: ["k", "1", "0"],
	zscore: ["k", "m"],
};

/** What a node sends itself. */
const NODES_SEND = ["eval", "evalsha"];

/** In the form of `ACL SETUSER`. */
export function aclRules(cluster: string): string[] {
	const commands = [...NODES_SEND, ...Object.keys(SCRIPTS_RUN)];
	const rights = commands.map((command) => `+${command}`);
	return ["resetkeys", `~{${cluster}:*`, "resetchannels", "-@all", ...rights];
}

/**
 * Tries every command without effect: in a script that may not write, Redis first asks
 * whether the user may run a command, and only then refuses it for writing. KEYS[1] is a
 * key of the cluster. Returns the commands that the user may not run.
 */
export const PROBE = `#!lua flags=no-writes
local missing = {}
${Object.entries(SCRIPTS_RUN)
	.map(([command, args]) => {
		const quoted = args.map((arg) => (arg === "k" ? "KEYS[1]" : `'${arg}'`));
		return `missing[#missing + 1] = { '${command}', redis.pcall(${[`'${command}'`, ...quoted].join(", ")}) }`;
	})
	.join("\n")}
local answer = {}
for _, tried in ipairs(missing) do
  local err = type(tried[2]) == 'table' and tried[2].err
  if err and (string.find(err, 'NOPERM') or string.find(err, "can't run this command")) then answer[#answer + 1] = tried[1] end
end
return answer`;

/**
 * What a script asks before anything else: whether its user may run all the commands that
 * it names. Redis undoes nothing of a script that it refuses half way, and an operator may
 * take a right away at any time. A server that cannot say (Redis has been able to since
 * version 7) refuses half way, if it does.
 */
export function rightsCheck(script: string): string {
	const lacks = Object.keys(SCRIPTS_RUN)
		.map((command) => command.toUpperCase())
		.filter((command) => script.includes(`'${command}'`))
		.map((command) => `not may('${command}') and '${command.toLowerCase()}'`);
	return lacks.length === 0
		? ""
		: `do
  local may = redis.acl_check_cmd or function() return true end
  local lacks = ${lacks.join(" or ")}
  if lacks then return redis.error_reply("NOPERM this user has no permissions to run the '" .. lacks .. "' command") end
end
`;
}

/** Whether an error says that the user lacks a right. */
export function isDenial(message: string): boolean {
	return /NOPERM|The user executing the script|ACL failure/.test(message);
}

/**
 * What is missing, as one clause. `missing` is what the probe found; empty if the probe
 * was refused, with `message`.
 */
export function lackOf(
	missing: readonly string[],
	message: string,
	cluster: string,
): string {
	const [, command] = /run the '([^']+)'/.exec(message) ?? [];
	const rights =
		missing.length > 0
			? missing.map((name) => `+${name}`)
			: command !== undefined
				? [`+${command.toLowerCase()}`]
				: [`~{${cluster}:*`];
	return `its user in Redis lacks ${rights.join(" ")}; grant that with "ACL SETUSER name ${rights.join(" ")}"`;
}
