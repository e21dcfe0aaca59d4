/**
 * nginx and HAProxy as the manual configures them, in front of nodes of a test: what differs
 * from a reader's machine are the ports, the places of certificates, and that nobody is root.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { findUnpacked } from "../../scripts/setup/unpacked.mjs";
import { tlsFile, tlsText } from "../tls-files.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const START_MS_MAX = 10_000;
const TEMP = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

/** Their files in the manual, and the ports of the three nodes there. */
export type ConfigName = "nginx.conf" | "nginx-tls.conf" | "haproxy.cfg";
const NODES = [5000, 5001, 5002];

export interface RunningProxy extends AsyncDisposable {
	readonly port: number;
}

export function configOf(name: ConfigName): string {
	const chapter = readFileSync(join(ROOT, "dashboard/docs/proxies.md"), "utf8");
	const block = new RegExp(`^\`\`\`text ${name}\\n([\\s\\S]*?)^\`\`\``, "m");
	const text = block.exec(chapter)?.[1];
	if (text === undefined) throw new Error(`the manual has no ${name}`);
	return text;
}

/** Its text with what is so on this machine. `nodes`: ports. */
export function adapt(
	config: string,
	port: number,
	nodes: readonly number[],
): string {
	const places: Record<string, string> = {
		"/etc/ssl/example.com.pem": tlsFile("next.pem"),
		"/etc/ssl/example.com-key.pem": tlsFile("next-key.pem"),
		"/etc/ssl/nodes-ca.pem": tlsFile("ca.pem"),
	};
	let text = config.replace("listen 443 ", `listen 127.0.0.1:${port} `);
	text = text.replace("bind :443 ", `bind 127.0.0.1:${port} `);
	for (const [place, file] of Object.entries(places))
		text = text.replaceAll(place, file);
	for (const [at, its] of NODES.entries())
		text = text.replaceAll(`127.0.0.1:${its}`, `127.0.0.1:${nodes[at]}`);
	return text;
}

export async function startNginx(
	config: string,
	port: number,
): Promise<RunningProxy> {
	const folder = mkdtempSync(join(tmpdir(), "hearsay-nginx-"));
	const file = join(folder, "nginx.conf");
	const own = TEMP.map((each) => `${each}_temp_path ${folder}/${each};`);
	const text = config.replace(
		"http {",
		`http { access_log off; ${own.join(" ")}`,
	);
	writeFileSync(
		file,
		`daemon off; master_process off; pid ${folder}/pid; ${text}`,
	);
	const log = join(folder, "error.log");
	return await start(
		"nginx",
		["-p", folder, "-c", file, "-e", log],
		folder,
		port,
	);
}

export async function startHaproxy(
	config: string,
	port: number,
): Promise<RunningProxy> {
	const folder = mkdtempSync(join(tmpdir(), "hearsay-haproxy-"));
	const both = join(folder, "both.pem");
	writeFileSync(both, tlsText("next.pem") + tlsText("next-key.pem"));
	const file = join(folder, "haproxy.cfg");
	writeFileSync(file, config.replace("/etc/ssl/example.com-both.pem", both));
	return await start("haproxy", ["-db", "-f", file], folder, port);
}

async function start(
	name: string,
	args: readonly string[],
	folder: string,
	port: number,
): Promise<RunningProxy> {
	const program = findUnpacked(ROOT, name);
	if (program === undefined) throw new Error(`there is no ${name}`);
	const child = spawn(program.file, args, {
		env: { ...process.env, ...program.env },
		stdio: ["ignore", "ignore", "inherit"],
	});
	const ended = once(child, "close");
	const endMs = performance.now() + START_MS_MAX;
	while (!(await listens(port))) {
		if (child.exitCode !== null || performance.now() > endMs)
			throw new Error(`${name} did not start; ${folder} has its configuration`);
		await pause(20);
	}
	return {
		port,
		async [Symbol.asyncDispose]() {
			child.kill();
			await ended;
			rmSync(folder, { recursive: true });
		},
	};
}

function listens(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		socket.once("connect", () => resolve(true));
		socket.once("error", () => resolve(false));
		socket.once("close", () => resolve(false));
		socket.once("connect", () => socket.destroy());
	});
}
