/** A store that loses everything under a running cluster, and a node that then comes with another number of shards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { LAYOUT } from "../../node/store/scripts.ts";
import { Cluster, launchNode, until } from "../cluster.ts";

const META = "{hearsay:0}:meta";

test("the running nodes restore their number, and a node with another one is refused; if that one was first, they stop", async () => {
	await using cluster = await Cluster.start({
		nodes: [[], []],
		all: ["--shards", "2"],
	});
	const { url } = cluster.redis;
	const redis = new Redis(url);
	const folder = mkdtempSync(join(tmpdir(), "hearsay-number-"));
	onTestFinished(() => {
		redis.disconnect();
		rmSync(folder, { recursive: true });
	});

	await redis.flushall();
	const other = launchNode(
		["--redis", url, "--http", "127.0.0.1:0", "--shards", "3", "--data", "d"],
		folder,
	);
	expect(await other.ended).toBe(2);
	expect(other.output).toMatch(
		/has --shards 2 and this node was started with --shards 3; start it with --shards 2/,
	);
	expect(await redis.hget(META, "shards")).toBe("2");
	const { status } = await cluster
		.node(1)
		.post("/v1/tasks", { id: "after", type: "noop" });
	expect(status).toBe(202);
	expect((await cluster.node(2).whenEnded("after")).state).toBe("SUCCESS");

	// As if nobody had restored it in time.
	const anew = { shards: 3, layout: LAYOUT };
	await redis.multi().flushall().hset(META, anew).exec();
	for (const node of cluster.nodes) {
		await until(
			() => node.running,
			(running) => !running,
		);
		expect(node.output).toMatch(/made it anew with --shards 3/);
	}
});
