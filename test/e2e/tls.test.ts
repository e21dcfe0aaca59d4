/** A cluster that speaks TLS, as a user starts it. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { NodeAsRead } from "../../protocol/schema/nodes.ts";
import { askOverTls, tlsFile } from "../tls-files.ts";
import { freePorts, HearsayProcess, PROGRAM } from "./up-process.ts";

const TLS = [
	`--tls-cert=${tlsFile("node.pem")}`,
	`--tls-key=${tlsFile("node-key.pem")}`,
];

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-tls-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("nodes of `up` speak TLS, tell others so, and are reached by a fetch that trusts their authority", async () => {
	const port = await freePorts(1);
	const url = `https://127.0.0.1:${port}`;
	const args = ["up", "--nodes=1", `--http=127.0.0.1:${port}`, ...TLS];
	const cluster = new HearsayProcess(PROGRAM, args, folder);
	try {
		await cluster.says(/Ctrl-C stops the cluster/);
		expect(cluster.output).toContain(`Dashboard  ${url}/`);
		const { text } = await askOverTls(`${url}/v1/nodes`);
		const { nodes }: { nodes: NodeAsRead[] } = JSON.parse(text);
		expect(nodes.map((node) => node.url)).toEqual([url]);
		// In the way in which this project's scripts and those of users ask.
		const script = `console.log((await fetch("${url}/readyz")).status)`;
		const { stdout } = await promisify(execFile)(
			process.execPath,
			["--input-type=module", "--eval", script],
			{ env: { ...process.env, NODE_EXTRA_CA_CERTS: tlsFile("ca.pem") } },
		);
		expect(stdout).toBe("200\n");
	} finally {
		await cluster.stop();
	}
});

test("a node whose key does not fit its certificate does not start, and says so in one sentence", async () => {
	const key = `--tls-key=${tlsFile("next-key.pem")}`;
	const args = ["node", "--http=127.0.0.1:0", `${TLS[0]}`, key];
	const node = new HearsayProcess(PROGRAM, args, folder);
	expect(await node.ended).toBe(2);
	expect(node.output).toMatch(
		/^hearsay: The key in --tls-key \S+ is not that of the first certificate in --tls-cert \S+; give the two that belong together[^\n]*\n$/,
	);
});
