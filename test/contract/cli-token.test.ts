/** `hearsay token`, against a node. */
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { runCommandLine } from "../../node/cli/command-line.ts";
import type { Clock } from "../../node/ports.ts";
import { systemClock } from "../../node/world/clock.ts";
import { freePorts } from "../e2e/up-process.ts";
import { closed, TOKENS } from "./http-closed.ts";
import { startServer } from "./http-server.ts";

const never = new Promise<never>(() => {});

/** Runs a command line as typed. Returns its exit code and what it printed. */
async function run(
	args: string,
	env: Record<string, string> = {},
	clock: Clock = systemClock,
) {
	const lines: string[] = [];
	const problems: string[] = [];
	const code = await runCommandLine({
		args: args.split(" "),
		env,
		surroundings: { folder: "/", host: "here", cores: 1, version: "0" },
		terminal: {
			line: (text) => lines.push(text),
			problem: (text) => problems.push(text),
		},
		clock,
		stop: { inOrder: never, atOnce: never },
	});
	return { code, lines, problems: problems.join("\n") };
}

test("a token is created, listed and revoked; only the token itself goes to standard output", async () => {
	await using server = await startServer();
	const url = `http://${server.address}`;
	const made = await run(`token create ops --role operate --url ${url}`);
	expect(made).toMatchObject({
		code: 0,
		lines: [expect.stringMatching(/^hs_operate_[0-9A-Za-z]{32}$/)],
		problems: expect.stringContaining("shown this once"),
	});
	const env = { HEARSAY_URL: url, HEARSAY_TOKEN: made.lines[0] ?? "" };
	const ci = await run(
		"token create ci --role read --expires 90d --queue a --queue b --json",
		env,
	);
	expect(JSON.parse(ci.lines[0] ?? "")).toMatchObject({
		...{ name: "ci", role: "read", queues: ["a", "b"], payloads: false },
		...{ token: expect.any(String), expiresAt: expect.any(String) },
	});
	const list = await run("token list --json", env);
	expect(list.lines.map((line) => JSON.parse(line).name)).toEqual([
		"ci",
		"ops",
	]);
	const table = await run("token list", env);
	expect(table.lines.join("\n").split("\n")).toEqual([
		expect.stringMatching(
			/^NAME +ROLE +ONLY +EXPIRES \(UTC\) +LAST USED +CREATED$/,
		),
		expect.stringMatching(/^ci +read +queue a, queue b, no payloads +\d/),
		expect.stringMatching(/^ops +operate +- +never +- +\d{4}-\d\d-\d\d/),
	]);
	const revoked = await run("token revoke ci", env);
	expect(revoked).toMatchObject({ code: 0, problems: "" });
	expect((await run("token list --json", env)).lines).toHaveLength(1);
	const none = await run("token revoke nobody", env);
	expect([none.code, none.problems]).toEqual([
		...[1, expect.stringContaining('no access token of the name "nobody"')],
	]);
});

test("without a token the user is told to set one, and with a bad one what is wrong with it", async () => {
	await using server = await closed();
	const HEARSAY_URL = `http://${server.address}`;
	expect(await run("token list", { HEARSAY_URL })).toMatchObject({
		code: 1,
		problems: "hearsay: This needs an access token; set HEARSAY_TOKEN to one.",
	});
	const env = { HEARSAY_URL, HEARSAY_TOKEN: TOKENS.read };
	const { code, problems } = await run("token list", env);
	expect([code, problems]).toEqual([1, expect.stringContaining('"operate"')]);
	const HEARSAY_TOKEN = `${TOKENS.operate}\n${TOKENS.read}`;
	const two = await run("token list", { HEARSAY_URL, HEARSAY_TOKEN });
	expect(two.code).toBe(2);
	for (const secret of Object.values(TOKENS))
		expect(two.problems).not.toContain(secret);
});

test("the next node is asked when one is down; if all are, the exit code says so", async () => {
	await using server = await closed();
	const port = await freePorts(1);
	const gone = `http://127.0.0.1:${port}`;
	const HEARSAY_TOKEN = TOKENS.operate;
	const HEARSAY_URL = `${gone},http://${server.address}/`;
	const made = await run("token create ci --role read", {
		...{ HEARSAY_URL, HEARSAY_TOKEN },
	});
	expect(made.code).toBe(0);
	const none = await run(`token list --url ${gone}`, { HEARSAY_TOKEN });
	expect([none.code, none.problems]).toEqual([
		...[4, expect.stringContaining(gone)],
	]);
});

test("a request that may have been carried out is not repeated on another node", async () => {
	await using server = await closed();
	const breaks = createServer((request) => request.socket.destroy());
	await new Promise<void>((resolve) => breaks.listen(0, "127.0.0.1", resolve));
	const { port } = breaks.address() as { port: number };
	const env = {
		HEARSAY_URL: `http://127.0.0.1:${port},http://${server.address}`,
		HEARSAY_TOKEN: TOKENS.operate,
	};
	const made = await run("token create ci --role read", env);
	expect([made.code, made.problems]).toEqual([
		...[1, expect.stringContaining("may have been done")],
	]);
	expect(await server.access.list()).toEqual([]);
	expect((await run("token list", env)).code).toBe(0);
	breaks.close();
});

test("a node that does not answer is not waited for forever", async () => {
	const silent = createServer();
	await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
	const { port } = silent.address() as { port: number };
	const HEARSAY_URL = `http://127.0.0.1:${port}`;
	// Patience is over as soon as the request has come.
	const came = new Promise((resolve) => silent.once("request", resolve));
	const impatient: Clock = {
		...systemClock,
		after(_ms, fn) {
			void came.then(fn);
			return { cancel() {} };
		},
	};
	const { code, problems } = await run(
		"token list",
		{ HEARSAY_URL },
		impatient,
	);
	expect([code, problems]).toEqual([3, expect.stringContaining("no answer")]);
	silent.close();
	silent.closeAllConnections();
});

test.each([
	["token", "create, list, revoke"],
	["token show", "create, list, revoke"],
	["token create", "needs the name"],
	["token create ci", "--role"],
	["token create ci --role all", "one of read, submit, operate"],
	["token create ci --role read --expires 90", "such as 12h"],
	["token list ci", "takes no name"],
	["token revoke --json", "needs the name"],
	["token list --role read", "--help"],
	["token list --url 127.0.0.1:5000", "http://127.0.0.1:5000"],
	["token list --url http://ann:secret@h:1", "http://127.0.0.1:5000"],
])("%s is wrong use", async (args, words) => {
	const { code, problems } = await run(args);
	expect([code, problems]).toEqual([2, expect.stringContaining(words)]);
	expect(problems).not.toContain("secret");
});
