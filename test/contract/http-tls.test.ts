/** HTTPS: the files that a node is given, new ones while it runs, and whom it lets in. */
import { once } from "node:events";
import {
	copyFileSync,
	mkdtempSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TlsFiles } from "../../node/http/tls-files.ts";
import { askOverTls, tlsFile, tlsText } from "../tls-files.ts";
import { type Server, startServer } from "./http-server.ts";

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-tls-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const NODE = { cert: tlsFile("node.pem"), key: tlsFile("node-key.pem") };

async function startSecure(paths = NODE, clientCa?: string): Promise<Server> {
	const all = clientCa === undefined ? paths : { ...paths, clientCa };
	return startServer("127.0.0.1", { tls: await TlsFiles.read(all) });
}

const healthOf = (server: Server, options = {}) =>
	askOverTls(`https://${server.address}/healthz`, options);

test("a node serves over TLS, and its own pages are those at https addresses", async () => {
	await using server = await startSecure();
	expect(await healthOf(server)).toMatchObject({ status: 200, by: "node" });
	const submit = async (origin: string) => {
		const headers = { origin, "content-type": "application/json" };
		const options = { method: "POST", headers };
		const url = `https://${server.address}/v1/tasks`;
		return (await askOverTls(url, options, '{"type":"t"}')).status;
	};
	expect(await submit(`https://${server.address}`)).toBe(202);
	expect(await submit(`http://${server.address}`)).toBe(403);
});

test("a client that speaks no TLS, or stops half-way, is not answered and keeps nothing open", async () => {
	const server = await startSecure();
	const port = Number(server.address.split(":")[1]);
	for (const bytes of ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\x16\x03\x01"]) {
		const socket = connect(port, "127.0.0.1");
		let answer = "";
		socket.on("data", (data) => {
			answer += data.toString("latin1");
		});
		socket.on("error", () => {});
		await once(socket, "connect");
		socket.end(bytes);
		await once(socket, "close");
		expect(answer).not.toContain("HTTP/1.1");
	}
	expect((await healthOf(server)).status).toBe(200);
	await server.close();
	expect(server.errors).toEqual([]);
});

test("with --tls-client-ca nobody is let in without a certificate of that authority", async () => {
	await using server = await startSecure(NODE, tlsFile("ca.pem"));
	await expect(healthOf(server)).rejects.toThrow();
	const client = (name: string) => ({
		cert: tlsText(`${name}.pem`),
		key: tlsText(`${name}-key.pem`),
	});
	expect((await healthOf(server, client("client"))).status).toBe(200);
	await expect(healthOf(server, client("old"))).rejects.toThrow();
});

test("new files are used without a restart, a broken pair is logged once and not used", async () => {
	const paths = { cert: join(folder, "c.pem"), key: join(folder, "k.pem") };
	const write = (name: string, to = paths) => {
		copyFileSync(tlsFile(`${name}.pem`), to.cert);
		copyFileSync(tlsFile(`${name}-key.pem`), to.key);
	};
	write("node");
	await using server = await startSecure(paths);
	const served = async () => (await healthOf(server)).by;
	const isServed = (name: string) =>
		expect.poll(served, { timeout: 5_000 }).toBe(name);
	write("next");
	await isServed("next");
	// A new certificate beside the old key, as if whoever replaces them stopped half-way.
	copyFileSync(tlsFile("node.pem"), paths.cert);
	await expect.poll(() => server.told, { timeout: 5_000 }).toHaveLength(1);
	expect(server.told[0]).toMatch(
		/is not that of the first certificate .* Until then the node goes on/,
	);
	expect(await served()).toBe("next");
	const next = { cert: `${paths.cert}.new`, key: `${paths.key}.new` };
	write("node", next);
	renameSync(next.key, paths.key);
	renameSync(next.cert, paths.cert);
	await isServed("node");
	expect(server.told).toHaveLength(1);
});

test("a certificate that has expired is logged", async () => {
	const paths = { cert: tlsFile("old.pem"), key: tlsFile("old-key.pem") };
	await using server = await startSecure(paths);
	expect(server.told).toEqual([expect.stringContaining("has expired")]);
});

test.each([
	["nowhere.pem", "node-key.pem", "--tls-cert .*: there is no such file"],
	["node.pem", "nowhere.pem", "--tls-key .*: there is no such file"],
	[".", "node-key.pem", "it cannot be read \\(EISDIR\\)"],
	["node-key.pem", "node-key.pem", "--tls-cert .* has no sound certificate"],
	[
		"../loop-watch.mjs",
		"node-key.pem",
		"--tls-cert .* has no sound certificate",
	],
	["node.pem", "node.pem", "--tls-key .* has no private key in PEM"],
	["node.pem", "locked-key.pem", "is locked by a passphrase"],
	["node.pem", "next-key.pem", "is not that of the first certificate"],
])("a node is told what is wrong with %s and %s", async (cert, key, why) => {
	const paths = { cert: tlsFile(cert), key: tlsFile(key) };
	await expect(TlsFiles.read(paths)).rejects.toThrow(new RegExp(why));
});

test("a damaged certificate, and a file of authorities that holds none, are reported", async () => {
	const cert = join(folder, "damaged.pem");
	writeFileSync(cert, tlsText("node.pem").replace("MII", "AAA"));
	await expect(TlsFiles.read({ ...NODE, cert })).rejects.toThrow(
		"no sound certificate",
	);
	const clientCa = tlsFile("node-key.pem");
	await expect(TlsFiles.read({ ...NODE, clientCa })).rejects.toThrow(
		/^--tls-client-ca .* has no sound certificate/,
	);
});
