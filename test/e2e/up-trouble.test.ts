/** A `hearsay up` that cannot start: what it says, and that it leaves nothing behind. */
import { readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UpBench } from "./up-bench.ts";

const ONE = ["--nodes", "1"];
const TWO = ["--nodes", "2"];
const READY = /Ctrl-C stops the cluster/;
const bench = UpBench.forFile();

describe("hearsay up, in trouble", () => {
	test("a port in use is reported before anything is started", async () => {
		bench.takeOwnFolder();
		const holder = createServer().listen(bench.first + 2, "127.0.0.1");
		const cluster = bench.up();
		expect(await cluster.ended).toBe(2);
		expect(cluster.output).toBe(
			`hearsay: Port ${bench.first + 2} on 127.0.0.1 is in use; choose another one, or end the program that has it.\n`,
		);
		// Neither a node's log nor anything of Redis: nobody could have claimed a task.
		expect(readdirSync(join(bench.folder, ".hearsay"))).toEqual(["lock"]);
		await new Promise((resolve) => holder.close(resolve));
		await bench.up(ONE).says(READY);
	});

	test("a handler file that does not load is reported, and nothing is left behind", async () => {
		writeFileSync(join(bench.folder, "broken.ts"), "export default {");
		const cluster = bench.up([...TWO, "--handlers", "broken.ts"]);
		expect(await cluster.ended).toBe(2);
		expect(cluster.output).toMatch(
			/^node-\d {2}hearsay: handler file .*broken\.ts did not load/m,
		);
		// The other nodes would say the same, and are not heard any more.
		expect(cluster.output).toMatch(/did not start; stopping the others\.\n$/);
		await bench.expectAllGone();
	});

	test("without a redis-server it says what to install or to set", async () => {
		const cluster = bench.up([], { ...process.env, PATH: bench.folder });
		expect(await cluster.ended).toBe(2);
		expect(cluster.output).toMatch(/apt-get install redis-server/);
		expect(cluster.output).toMatch(/HEARSAY_REDIS_URL/);
	});

	test("a redis-server that does not start is reported, with where to look", async () => {
		const program = join(bench.folder, "redis-server");
		const says =
			'#!/bin/sh\n[ "$1" = --version ] && echo "Redis server v=7.0.0"';
		writeFileSync(program, says, { mode: 0o755 });
		const cluster = bench.up([], {
			...process.env,
			PATH: `${bench.folder}:/bin`,
		});
		expect(await cluster.ended).toBe(1);
		expect(cluster.output).toMatch(
			/^hearsay: Redis \(pid \d+\) ended by itself with code 1, see \S+redis\.log\.\n$/,
		);
	});
});
