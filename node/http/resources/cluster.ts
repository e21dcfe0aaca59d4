/**
 * `GET /v1/cluster`, `/v1/nodes`, `/healthz` and `/readyz`: the state of the cluster and
 * of this node; and `POST /v1/nodes/:id/drain`, which makes a node leave.
 */
import { ID_CHARS_MAX } from "../../../protocol/limits.ts";
import type { Problem } from "../../../protocol/problem.ts";
import type { NodeAsRead, NodeList } from "../../../protocol/schema/nodes.ts";
import type { ClusterAsRead } from "../../../protocol/schema.ts";
import { isoTime, type Onlooker, readRoute } from "../../../protocol/view.ts";
import type {
	Api,
	Asker,
	ClusterView,
	NodeRecord,
	NodesView,
	NodeView,
} from "../../ports.ts";
import { askerOf } from "../door/access.ts";
import { sendJson, sendProblem } from "../door/answer.ts";
import { jointRead } from "../door/joint-read.ts";
import { reachesRoute } from "../door/reach.ts";
import type { Handlers } from "../door/serve.ts";
import { readDeaths } from "./deaths.ts";

/** The handlers of these operations. `wallMs`: the wall clock, for uptimes and for the time of answers. */
export function clusterHandlers(
	api: Api,
	wallMs: () => number,
): Pick<
	Handlers,
	| "getCluster"
	| "listNodes"
	| "getDeaths"
	| "drainNode"
	| "getHealth"
	| "getReadiness"
> {
	// What was read is shared; each asker is told what it may know of it.
	const cluster = jointRead(async () => ({
		asOf: isoTime(wallMs()),
		view: await api.cluster.cluster(),
	}));
	const nodes = jointRead(async () => {
		const view = await api.cluster.nodes();
		return JSON.stringify(readNodes(view, wallMs()));
	});
	const readiness = jointRead(() => api.cluster.readinessNow());
	return {
		getCluster: async (request, reply) => {
			const { view, asOf } = await cluster();
			const told = readCluster(view, askerOf(request), api.cluster);
			return sendJson(reply, 200, JSON.stringify({ ...told, asOf }));
		},
		listNodes: async (_request, reply) => sendJson(reply, 200, await nodes()),
		drainNode: async (request, reply) => {
			const { id } = request.params;
			const asked = await api.cluster.drain(id);
			if (asked === undefined) return sendProblem(reply, noSuchNode(id));
			const answer = {
				id: asked,
				name: api.cluster.nameOf(asked),
				state: "draining",
			};
			return sendJson(reply, 202, JSON.stringify(answer));
		},
		getDeaths: async (request, reply) => {
			const { id } = request.params;
			const view = await api.cluster.deaths(id);
			if (view === undefined) return sendProblem(reply, neverSeen(id));
			const read = readDeaths(view, api.cluster);
			return sendJson(reply, 200, JSON.stringify(read));
		},
		// Alive: the event loop turns, or there would be no answer.
		getHealth: (_request, reply) => sendJson(reply, 200, '{"status":"ok"}'),
		getReadiness: async (_request, reply) => {
			const { ready, reasons } = await readiness();
			if (ready) return sendJson(reply, 200, '{"status":"ready"}');
			const detail = reasons.join(" ");
			return sendProblem(reply, { code: "not_ready", detail }, { reasons });
		},
	};
}

function noSuchNode(id: string): Problem {
	return {
		code: "not_found",
		detail: `No living node has the id or the name "${id.slice(0, ID_CHARS_MAX)}"; see /v1/nodes for those there are.`,
		field: "id",
	};
}

function neverSeen(id: string): Problem {
	return {
		code: "not_found",
		detail: `No node has the id or the name "${id.slice(0, ID_CHARS_MAX)}", or had it lately; see /v1/nodes for those there are.`,
		field: "id",
	};
}

function readCluster(
	view: ClusterView,
	asker: Asker,
	onlooker: Onlooker,
): Omit<ClusterAsRead, "asOf"> {
	const backlog = view.backlog.filter(({ route }) =>
		reachesRoute(asker, route),
	);
	const nodeName = onlooker.nameOf(view.nodeId);
	const { states, ...totals } = view.counts;
	const { up, shards, generation, durability } = view.store;
	const { appendOnly, fsync, evictionPolicy } = durability;
	return {
		cluster: view.cluster,
		node: view.nodeId,
		...(nodeName !== undefined && { nodeName }),
		counts: { ...states },
		totals,
		backlog: backlog.map(({ route, count }) => ({
			...readRoute(route),
			count,
			...(onlooker.missing(route) !== undefined && { unserved: true }),
		})),
		...(view.backlogMore > 0 && { backlogMore: view.backlogMore }),
		store: {
			up,
			shards,
			generation,
			durability: {
				...(appendOnly !== undefined && { appendOnly }),
				...(fsync !== undefined && { fsync }),
				...(evictionPolicy !== undefined && { evictionPolicy }),
			},
		},
		peers: [...view.peers],
	};
}

function machineOf({
	zone,
	instanceId,
	instanceType,
	lifecycle,
}: NodeRecord): Partial<NodeAsRead> {
	return {
		...(zone !== undefined && { zone }),
		...(instanceId !== undefined && { instanceId }),
		...(instanceType !== undefined && { instanceType }),
		...(lifecycle !== undefined && { lifecycle }),
	};
}

function readNodes(
	{ nodes, ageMs, storeAway }: NodesView,
	nowMs: number,
): NodeList {
	return {
		nodes: nodes.map((view) => readNode(view, nowMs)),
		from: storeAway ? "gossip" : "store",
		...(Number.isFinite(ageMs) && { asOf: isoTime(nowMs - ageMs) }),
	};
}

function readNode(view: NodeView, nowMs: number): NodeAsRead {
	const { record, digest, leaseLeftMs } = view;
	return {
		id: record.nodeId,
		name: record.name,
		state: view.state,
		pid: record.pid,
		host: record.host,
		http: record.http,
		url: record.url ?? `http://${record.http}`,
		p2p: record.p2p,
		version: record.version,
		...machineOf(record),
		startedAt: isoTime(record.startedMs),
		uptimeMs: Math.max(0, Math.round(nowMs - record.startedMs)),
		slots: record.slots,
		running: view.running,
		...(digest && { load: digest.load }),
		...(digest?.memoryBytes !== undefined && {
			memoryBytes: digest.memoryBytes,
		}),
		labels: [...record.labels],
		...(record.queues && { queues: [...record.queues] }),
		types: [...record.types],
		...(record.concurrency && { concurrency: record.concurrency }),
		epoch: view.epoch,
		...(leaseLeftMs !== undefined && { leaseLeftMs }),
		seenBy: [...view.seenBy],
	};
}
