/**
 * The latency of a node without the way to it: a node put together as
 * `node/node.ts` does it, on the real store, gossip and worker threads, but
 * with the load in its own process in place of its HTTP side.
 *
 *   in-process-node.ts REDIS_URL DATA_DIR WARM_UP PER_SECOND TASKS PER_SECOND
 *
 * Prints the figures of the latter tasks as JSON. Why it lives here: see bare-shard.ts.
 */

import assert from "node:assert/strict";
import { Engine } from "../../node/engine/engine.ts";
import { createExecutor } from "../../node/executor/executor.ts";
import { createGossip } from "../../node/gossip/libp2p-gossip.ts";
import type { Api, Executor, Gossip, Store } from "../../node/ports.ts";
import { connectStore } from "../../node/store/redis-store.ts";
import {
	systemClock,
	systemLoad,
	systemRandom,
} from "../../node/world/clock.ts";
import { GenerationFile } from "../../node/world/generation-file.ts";
import { systemLog } from "../../node/world/log.ts";
import { NameFile } from "../../node/world/name-file.ts";
import { residentBytes } from "../../node/world/process-figures.ts";
import { NO_TOKENS } from "../../node/world/token-file.ts";
import { systemMint } from "../../node/world/token-mint.ts";
import { PRIORITY_DEFAULT, PROCESS_TASK_MS } from "../../protocol/limits.ts";
import { formatRoute } from "../../protocol/route.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import { nowMs, openLoop, sleep } from "../../scripts/bench/clock.ts";
import { CONCURRENCY } from "../../scripts/bench/contender.ts";
import { latencyFigures } from "../../scripts/bench/latency-figures.ts";
import { FREE } from "../fakes/free-place.ts";

const CLUSTER = "hearsay";
const ROUTE = formatRoute({ queue: "default", type: "stamp", labels: [] });
const HANDLERS = new URL("../../scripts/bench/handlers.ts", import.meta.url)
	.pathname;
const READY_LOOK_MS = 10;
const WAIT_MS = 30_000;
/** Who waits here does not go away. */
const never = new AbortController().signal;

const clock = systemClock;
const random = systemRandom;
const log = systemLog("error", {});

function makeEngine(store: Store, gossip: Gossip, executor: Executor): Engine {
	const startedMs = clock.wallMs();
	const end = () => assert.fail("the node was told to stop");
	return new Engine({
		...{ cluster: CLUSTER, clock, random, log, store, gossip, executor },
		generations: new GenerationFile(dataDir, CLUSTER, log),
		name: new NameFile(dataDir, "bench", log),
		concurrency: CONCURRENCY,
		serves: { types: executor.types, queues: undefined, labels: new Set() },
		host: {
			figures: () => assert.fail("nobody asks"),
			record: () => ({
				nodeId: gossip.nodeId,
				pid: process.pid,
				...{ host: "", http: "", p2p: gossip.address, version: "" },
				startedMs,
				slots: CONCURRENCY,
				types: [...executor.types],
				labels: [],
			}),
			load: systemLoad(),
			memoryBytes: residentBytes,
			askedToDrain: end,
			superseded: end,
		},
		given: NO_TOKENS,
		mint: systemMint,
	});
}

/** How long after their submission tasks started, and had results, in ms. */
async function measure(api: Api, count: number, perSecond: number) {
	const starts: number[] = [];
	const results: number[] = [];
	await openLoop(count, perSecond, async () => {
		const id = api.tasks.newId();
		const sentMs = nowMs();
		const payload = JSON.stringify({ sentMs });
		const task = {
			id,
			route: ROUTE,
			priority: PRIORITY_DEFAULT,
			options: PLAIN,
			payload,
		};
		const [submitted] = await api.tasks.submit([task]);
		assert(submitted?.ok);
		const ended = await api.ends.awaitEnd(id, WAIT_MS, never, FREE);
		results.push(nowMs() - sentMs);
		assert(ended?.record?.state === "SUCCESS");
		starts.push(Number(ended.record.result));
	});
	return latencyFigures(starts, results);
}

const [redis = "", dataDir = "", ...numbers] = process.argv.slice(2);
const [warmUp = 0, warmUpPerSecond = 0, count = 0, perSecond = 0] =
	numbers.map(Number);
const executor = await createExecutor({
	concurrency: CONCURRENCY,
	handlerFiles: [HANDLERS],
	processTaskMs: PROCESS_TASK_MS,
	...{ clock, log },
});
const listen = { host: "127.0.0.1", port: 0 };
const gossip = await createGossip({
	...{ dataDir, listen, cluster: CLUSTER, clock, random, log },
});
const store = connectStore({
	url: redis,
	cluster: CLUSTER,
	shards: 1,
	clock,
	log,
});
const engine = makeEngine(store, gossip, executor);
const { api } = engine;
await gossip.start();
if (!store.up) await new Promise<void>((up) => store.onChange(() => up()));
await store.agreeOnShards(true);
engine.start();
while (!api.cluster.readiness().ready) await sleep(READY_LOOK_MS);
await measure(api, warmUp, warmUpPerSecond);
console.log(JSON.stringify(await measure(api, count, perSecond)));
await engine.stop(0);
await gossip.stop();
await executor.stop();
await store.close();
