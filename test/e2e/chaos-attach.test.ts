/** Chaos on a cluster that somebody else started, and uses. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Report } from "../../scripts/chaos/report.ts";
import { call } from "../call.ts";
import { freePorts, HearsayProcess, PROGRAM } from "./up-process.ts";

const pathOf = (file: string) =>
	fileURLToPath(new URL(`../../scripts/${file}`, import.meta.url));

function attach(url: string, ...args: string[]) {
	const program = [pathOf("chaos.ts"), "--attach", url, ...args];
	return promisify(execFile)(process.execPath, program, { timeout: 100_000 });
}

test("it waits only for its own tasks, and says how little a short run shows", async () => {
	const folder = mkdtempSync(join(tmpdir(), "hearsay-attach-"));
	const first = await freePorts(2);
	const flags = ["--nodes", "2", "--handlers", pathOf("chaos/handlers.ts")];
	const up = new HearsayProcess(
		PROGRAM,
		["up", "--http", `127.0.0.1:${first}`, ...flags],
		folder,
	);
	try {
		await up.says(/Ctrl-C stops the cluster/);
		const url = `http://127.0.0.1:${first}`;
		const others = { id: "others", type: "nobody-serves-this" };
		expect((await call(`${url}/v1/tasks`, others)).status).toBe(202);
		const { stdout, stderr } = await attach(
			url,
			...["--duration", "3", "--faults", "kill", "--seed", "1", "--json"],
		);
		const { breaches, tasks, scope }: Report = JSON.parse(stdout);
		expect(breaches).toEqual([]);
		expect(tasks.accepted).toBeGreaterThan(10);
		expect(tasks.ended).toBe(tasks.accepted);
		expect(scope.little).not.toEqual([]);
		expect(stderr).toMatch(/ kill +node-[12] \(pid \d+\)/);
		const { body } = await call<{ state: string }>(`${url}/v1/tasks/others`);
		expect(body.state).toBe("PENDING");
	} finally {
		await up.stop();
		rmSync(folder, { recursive: true });
	}
});

const node = { name: "node-1", host: hostname(), state: "up", types: ["noop"] };

test.each([
	["a stranger", { hello: "world" }, "No node answers at "],
	["one node", { nodes: [node] }, "The cluster has one node, "],
	[
		"nodes elsewhere",
		{ nodes: [node, { ...node, host: "far" }] },
		"runs on far",
	],
	["nodes without its task code", { nodes: [node, node] }, "--handlers"],
])("of %s it says in one sentence what to do", async (_who, body, sentence) => {
	const server = createServer((_, response) => {
		response.setHeader("content-type", "application/json");
		response.end(JSON.stringify(body));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const { code, stdout, stderr } = await attach(
		`http://127.0.0.1:${port}`,
	).catch((error) => error);
	server.close();
	expect([code, stdout]).toEqual([2, ""]);
	expect(stderr).toMatch(/^[^\n]+\.\n$/);
	expect(stderr).toContain(sentence);
});

test("an address at which nobody answers is reported in one sentence, too", async () => {
	const port = await freePorts(1);
	await expect(attach(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
		code: 2,
		stderr: expect.stringMatching(
			/^No node answers at [^\n]+ECONNREFUSED[^\n]+\.\n$/,
		),
	});
});
