/** The names of nodes and clusters, and the addresses of nodes: the same in the terminal, in the API and in tasks. */
import { expect, test } from "vitest";
import type { NodeAsRead } from "../../protocol/schema/nodes.ts";
import { Cluster } from "../cluster.ts";
import { startRedis } from "../redis.ts";

test("nodes that start at once with the same name get different ones, the same everywhere, and keep them", async () => {
	await using cluster = await Cluster.start({
		nodes: [[], [], []],
		all: ["--name", "host"],
	});
	const [one, two] = [cluster.node(1), cluster.node(2)];
	const named = async () =>
		new Map((await one.peers()).map(({ id, name }) => [id, name]));
	const names = await named();
	expect([...names.values()].sort()).toEqual(["host", "host-2", "host-3"]);
	for (const node of cluster.nodes) {
		const name = names.get(node.id ?? "");
		expect(node.output).toContain(`node ${name} (${node.id}) serves `);
		const { body } = await node.get<{ nodeName: string }>("/v1/cluster");
		expect(body.nodeName).toBe(name);
	}

	const task = { id: "t", type: "noop" };
	await one.post("/v1/tasks", task);
	const done = await two.whenEnded("t");
	expect(done.nodeName).toBe(names.get(done.node ?? ""));
	expect(done.attempts[0]).toMatchObject({ nodeName: done.nodeName });

	// One that is not `host` itself, so that its name has to be remembered.
	const other = cluster.nodes.find(({ id }) => names.get(id ?? "") !== "host");
	const name = names.get(other?.id ?? "") ?? "";
	const drained = await one.post<NodeAsRead>(`/v1/nodes/${name}/drain`, "");
	expect(drained).toMatchObject({ status: 202, body: { id: other?.id, name } });
	expect(await other?.ended).toBe(0);
	expect(other?.output).toContain(`"node":"${name}"`);
	// The first to come could be `host` now, but is not.
	await Promise.all(cluster.nodes.map((node) => node.kill()));
	await other?.start();
	expect(other?.output).toContain(`node ${name} (${other?.id}) serves `);
});

test("nodes that listen on all addresses advertise one at which others reach them", async () => {
	const all = ["--insecure", "--p2p", "0.0.0.0:0"];
	await using cluster = await Cluster.start({
		nodes: [
			["--http", "0.0.0.0:0"],
			["--http", "[::]:0"],
			["--http-advertise", "https://tasks.example.com/one"],
		],
		all,
	});
	const peers = await cluster.node(1).peers();
	for (const node of cluster.nodes.slice(0, 2)) {
		const { url, http, p2p } = peers.find(({ id }) => id === node.id) ?? {};
		expect(node.url).toBe(url);
		expect(url).toBe(`http://${http}`);
		expect([url, p2p].join()).not.toMatch(/0\.0\.0\.0|::\]/);
		const answer = await fetch(`${url}/healthz`);
		expect(answer.status).toBe(200);
	}
	expect(peers.find(({ id }) => id === cluster.node(3).id)).toMatchObject({
		http: "tasks.example.com:443",
		url: "https://tasks.example.com/one",
	});
});

test("clusters of different names on one Redis do not see each other", async () => {
	const redis = await startRedis();
	const make = (name: string, nodes: number) =>
		Cluster.start({
			redis,
			nodes: Array.from({ length: nodes }, () => []),
			all: ["--cluster", name],
		});
	try {
		await using blue = await make("blue", 2);
		await using green = await make("green", 1);
		const task = { id: "same", type: "process_task" };
		const inBlue = { ...task, payload: { durationMs: 1 } };
		const inGreen = { ...task, payload: { durationMs: 2 } };
		await blue.node(1).post("/v1/tasks", inBlue);
		expect((await green.node(1).get("/v1/tasks/same")).status).toBe(404);
		const { status } = await green.node(1).post("/v1/tasks", inGreen);
		expect(status).toBe(202);
		for (const cluster of [blue, green]) {
			const ids = cluster.nodes.map(({ id }) => id).sort();
			for (const node of cluster.nodes) {
				const { node: ran } = await node.whenEnded("same");
				expect(ids).toContain(ran);
				const known = await node.peers();
				expect(known.map(({ id }) => id).sort()).toEqual(ids);
				const { peers, counts } = await node.cluster();
				expect(peers).toEqual(ids.filter((id) => id !== node.id));
				expect(counts.SUCCESS).toBe(1);
			}
		}
	} finally {
		await redis.stop();
	}
});
