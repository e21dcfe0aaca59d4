/** What a node answers its users, wired from the actors of its engine. */
import type { Access } from "../answers/access.ts";
import { AuditTrail } from "../answers/audit-trail.ts";
import { Bulk } from "../answers/bulk.ts";
import { ClusterAnswers } from "../answers/cluster.ts";
import { DrainWishes } from "../answers/drain-wishes.ts";
import type { EndWatcher } from "../answers/end-watcher.ts";
import type { EventFeed } from "../answers/event-feed.ts";
import { LiveBacklog } from "../answers/live-backlog.ts";
import { Meter } from "../answers/meter.ts";
import { Overview } from "../answers/overview.ts";
import { TaskList } from "../answers/task-list.ts";
import { TaskWishes } from "../answers/task-wishes.ts";
import { TaskAnswers } from "../answers/tasks.ts";
import type { HomeWord } from "../lease/home-word.ts";
import { LiveFeed } from "../live/live-feed.ts";
import type { Digester } from "../peers/digester.ts";
import type { Roster } from "../peers/roster.ts";
import type { SelfReport } from "../peers/self-report.ts";
import type { Api, Shard } from "../ports.ts";
import type { RunMeter } from "../work/run-meter.ts";
import type { Runner } from "../work/runner.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { ShardEngine } from "./shard-engine.ts";
import type { Watch } from "./watch.ts";

export interface AnsweringParts {
	readonly parts: EngineParts;
	/** The engines, in the order of their shards. */
	readonly engines: readonly ShardEngine[];
	readonly access: Access;
	readonly home: HomeWord;
	readonly digester: Digester;
	readonly feed: EventFeed;
	readonly report: SelfReport;
	readonly roster: Roster;
	readonly runner: Runner;
	readonly runs: RunMeter;
	readonly watch: Watch;
	readonly watcher: EndWatcher;
}

/** The first shard has the registry of nodes, and whatever concerns the whole cluster. */
function firstOf({ parts: { store } }: AnsweringParts): Shard {
	return store.shards[0] as Shard;
}

export function clusterAnswers(answering: AnsweringParts): ClusterAnswers {
	const { parts, engines, access, digester, report, roster, watch } = answering;
	const { cluster, clock, store, gossip, name } = parts;
	const { sessions: registry } = firstOf(answering);
	return new ClusterAnswers({
		...{ cluster, clock, nodeId: gossip.nodeId, store, engines, name, roster },
		...{ gossip, report, digester, watch, registry, access },
		drainWishes: new DrainWishes(registry),
	});
}

export function liveFeedOf(
	{ parts, feed: events }: AnsweringParts,
	nodes: ClusterAnswers,
): LiveFeed {
	const { cluster, clock, log, store, gossip } = parts;
	const { shards } = store;
	const { sessions: registry } = shards[0] as Shard;
	const overview = new Overview({ shards });
	return new LiveFeed({
		...{ cluster, clock, log, store, shards, registry, events, nodes },
		nodeId: gossip.nodeId,
		backlog: new LiveBacklog({ clock, overview, onlooker: nodes }),
	});
}

export function answersOf(
	answering: AnsweringParts,
	cluster: ClusterAnswers,
	live: LiveFeed,
): Api {
	const { parts, engines, access, digester, report, roster } = answering;
	const { runner, runs, watcher, feed, home } = answering;
	const { clock, random, log, store, gossip, host } = parts;
	const { nodeId } = gossip;
	const wishes = new TaskWishes({
		...{ nodeId, engines, report, digester, watcher },
	});
	const found = { clock, engines, names: roster.names };
	const tasks = new TaskAnswers({
		...{ nodeId, store, clock, random, engines, report, wishes },
		home,
		list: new TaskList(found),
		bulk: new Bulk({ ...found, random, wishes, report }),
	});
	const overview = new Overview({ shards: store.shards });
	const meter = new Meter({
		...{ clock, store, gossip, engines, runner, host, runs, overview },
		...{ submissions: tasks, peers: cluster, cluster },
	});
	const audit = new AuditTrail(log, firstOf(answering).events);
	return {
		...{ tasks, ends: watcher, cluster, overview, meter, access, audit },
		...{ events: feed, live },
	};
}
