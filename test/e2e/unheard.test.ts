/**
 * A program that nobody hears: the reader of its output is gone, and the disk of its log is
 * full (`/dev/full` always is; of `up` only its own words go there).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { submit } from "../../protocol/client/submission.ts";
import { clientOf } from "../../scripts/client.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { freePorts, PROGRAM } from "./up-process.ts";

let redis: RedisServer;
let folder: string;

beforeAll(async () => {
	redis = await startRedis();
	folder = mkdtempSync(join(tmpdir(), "hearsay-unheard-"));
});
afterAll(async () => {
	await redis.stop();
	// A node of an `up` that had to be killed may still be on its way out.
	rmSync(folder, { recursive: true, maxRetries: 10, retryDelay: 100 });
});

test.each([
	["node", ["--data", "node"]],
	["up", ["--nodes", "1"]],
])(
	"`hearsay %s` works and stops in good order although nobody hears it",
	async (name, flags) => {
		const [command = "", ...program] = PROGRAM;
		const own = [
			"--redis",
			redis.url,
			"--http",
			`127.0.0.1:${await freePorts(1)}`,
			"--cluster",
			name,
		];
		const fullDisk = openSync("/dev/full", "w");
		onTestFinished(() => closeSync(fullDisk));
		const child = spawn(command, [...program, name, ...own, ...flags], {
			cwd: folder,
			stdio: ["ignore", "pipe", fullDisk],
		});
		const ended = once(child, "exit");
		onTestFinished(async () => {
			child.kill("SIGKILL");
			await ended;
		});
		const url = await urlIn(child.stdout as Readable);
		child.stdout?.destroy();

		const client = clientOf(url, 20_000);
		const id = "heard-of-by-nobody";
		const told = await submit(client, [{ id, type: "noop" }]);
		expect(told).toEqual([{ outcome: "ok" }]);
		const query = { wait: "10s" };
		const task = await client.value("getTask", { places: { id }, query });
		expect(task.state).toBe("SUCCESS");

		child.kill("SIGTERM");
		expect(await ended).toEqual([0, null]);
	},
);

/** The first address that is printed, without the slash at its end. */
async function urlIn(printed: Readable): Promise<string> {
	for await (const line of createInterface({ input: printed })) {
		const url = /http:\/\/\S+:\d+/.exec(line);
		if (url !== null) return url[0];
	}
	throw new Error("it ended without an address");
}
