/**
 * Behind nginx as it is by default, which gives an answer up after 60 s: a wait for a
 * task that does not end is answered by the node, and says to ask again.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findUnpacked } from "../../scripts/setup/unpacked.mjs";
import { Cluster } from "../cluster.ts";
import { freePorts } from "../e2e/up-process.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WAITS = 12;

/** Passes all on to one node; what is not said is nginx's default. */
async function startNginx(node: string) {
	const nginx = findUnpacked(ROOT, "nginx");
	if (nginx === undefined) throw new Error("there is no nginx");
	const folder = mkdtempSync(join(tmpdir(), "hearsay-nginx-"));
	const port = await freePorts(1);
	const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
	const config = join(folder, "nginx.conf");
	writeFileSync(
		config,
		`daemon off; master_process off; pid ${folder}/pid; events {}
		http { access_log off; ${temp.map((each) => `${each}_temp_path ${folder}/${each};`).join(" ")}
		server { listen 127.0.0.1:${port}; location / { proxy_pass ${node}; } } }`,
	);
	const child = spawn(
		nginx.file,
		["-p", folder, "-c", config, "-e", `${folder}/error.log`],
		{ env: { ...process.env, ...nginx.env }, stdio: "inherit" },
	);
	return {
		url: `http://127.0.0.1:${port}`,
		async [Symbol.asyncDispose]() {
			child.kill();
			await once(child, "close");
			rmSync(folder, { recursive: true });
		},
	};
}

test("waits of 60 s behind nginx are answered, and say to ask again", async () => {
	await using cluster = await Cluster.start({ nodes: [[]] });
	const [node] = cluster.nodes;
	if (node === undefined) throw new Error("there is no node");
	await using nginx = await startNginx(node.url);
	const task = { id: "long", type: "process_task" };
	const submit = () =>
		fetch(`${nginx.url}/v1/tasks`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ ...task, payload: { durationMs: 75_000 } }),
		});
	await expect
		.poll(async () => (await submit().catch(() => undefined))?.status, {
			timeout: 10_000,
		})
		.toBeLessThan(300);
	const waitFor = async () => {
		const answer = await fetch(`${nginx.url}/v1/tasks/long?wait=60s`);
		const { state } = (await answer.json()) as { state: string };
		return [answer.status, answer.headers.get("retry-after"), state];
	};
	const waits = await Promise.all(Array.from({ length: WAITS }, waitFor));
	expect(waits).toEqual(Array(WAITS).fill([200, "0", "STARTED"]));
	expect(await waitFor()).toEqual([200, null, "SUCCESS"]);
});
