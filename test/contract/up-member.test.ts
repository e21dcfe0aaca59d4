/** A node of the local cluster whose process cannot be started for a while, as if the system had no more to give. */
import {
	mkdtempSync,
	renameSync,
	rmSync,
	symlinkSync,
	watch,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Member } from "../../node/cli/up/member.ts";
import { StartFailed } from "../../node/cli/up/start-failed.ts";
import { systemClock } from "../../node/world/clock.ts";
import { freePorts } from "../e2e/up-process.ts";
import { descriptorsOf, RecordedTerminal } from "./up-terminal.ts";

vi.mock("node:fs", async (original) => {
	const real = await original<typeof import("node:fs")>();
	return { ...real, watch: vi.fn(real.watch) };
});

/** It reports its own pid as its readiness. */
const PROGRAM = `
import { createServer } from "node:http";
const server = createServer((_, response) => {
	response.setHeader("content-type", "application/json");
	response.end(String(process.pid));
});
server.listen(process.argv[2], "127.0.0.1", () => process.send({ name: "node-1" }));
process.on("SIGTERM", () => process.exit(0));
`;

let folder: string;
/** The path of a link to this Node.js; while there is no link the member cannot start. */
let node: string;
let url: string;
let member: Member;
let terminal: RecordedTerminal;

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-member-"));
	node = join(folder, "node");
	const program = join(folder, "program.mjs");
	writeFileSync(program, PROGRAM);
	const port = await freePorts(1);
	url = `http://127.0.0.1:${port}`;
	terminal = new RecordedTerminal();
	const plan = {
		...{ name: "node-1", command: [node, program, `${port}`] },
		...{ url, drainMs: 0 },
		...{ logPath: join(folder, "log"), env: () => process.env },
		hold: () => "ignore" as const,
	};
	member = new Member(plan, systemClock, terminal);
});
afterEach(async () => {
	await member.stop();
	rmSync(folder, { recursive: true });
});

test("a member that does not start at first is reported, and can be stopped", async () => {
	await expect(member.start()).rejects.toThrow(StartFailed);
	expect(terminal.said).toEqual([
		expect.stringMatching(/^node-1 {2}could not be started \(.*ENOENT\)\.$/),
	]);
});

test("a member that does not start later is tried again until it starts", async () => {
	symlinkSync(process.execPath, node);
	await member.start();
	const pid = Number(await (await fetch(`${url}/readyz`)).text());
	renameSync(node, `${node}.away`);
	process.kill(pid, "SIGKILL");
	await terminal.says(
		/^node-1 {2}\(pid \d+\) ended by SIGKILL; it starts again in 1 s\.$/,
	);
	await terminal.says(
		/^node-1 {2}could not be started \(.*ENOENT\); it starts again in 2 s\.$/,
	);
	renameSync(`${node}.away`, node);
	await terminal.says(/^node-1 {2}is back \(pid \d+\)$/);
});

test("files opened for a member that is not started are closed", async () => {
	await expect(member.start()).rejects.toThrow(StartFailed);
	expect(descriptorsOf(join(folder, "log"))).toEqual([]);
	vi.mocked(watch).mockImplementationOnce(() => {
		throw new Error("EMFILE: too many open files, watch");
	});
	await expect(member.start()).rejects.toThrow(StartFailed);
	expect(terminal.said.at(-1)).toMatch(
		/^node-1 {2}could not be started \(EMFILE.*\)\.$/,
	);
	expect(descriptorsOf(join(folder, "log"))).toEqual([]);
});
