/** Tasks as a cluster leaves them, for tests of the page: failed ones, ones that moved, and absurd ones. */
import type { Attempt, TaskError } from "../../protocol/task.ts";
import { PLAIN } from "../../protocol/task-options.ts";
import type { Server } from "./http-server.ts";
import { nodeAt } from "./page-browser.ts";

export const BEGAN_MS = Date.UTC(2026, 0, 2, 3, 4, 6, 0);
export const NODES = [1, 2, 3].map((n) => nodeAt(`127.0.0.1:500${n}`));
const nodeId = (number: number) => NODES[number - 1]?.record.nodeId ?? "";

export const ERROR: TaskError = {
	code: "failed",
	message:
		"upstream answered 503: <img src=x onerror=document.title='hit'>\nwhile charging",
	stack: "Error: upstream answered 503\n    at flaky (handlers.ts:4:129)",
	cause: { code: "ECONNREFUSED", message: "connect ECONNREFUSED 10.0.0.9" },
};

/** One attempt; times are in milliseconds since the beginning of the scene. */
function attempt(
	number: number,
	from: number,
	to: number,
	how: Partial<Attempt>,
): Attempt {
	return {
		...{ token: 949 + from, round: 1, nodeId: nodeId(number), epoch: 1 },
		...{ claimedMs: BEGAN_MS + from, startedMs: BEGAN_MS + from },
		...{ endedMs: BEGAN_MS + to, ...how },
	};
}

export async function submit(
	{ api }: Server,
	id: string,
	payload = "null",
	route = "billing|flaky|",
): Promise<void> {
	await api.submit([{ id, route, priority: 5, options: PLAIN, payload }]);
}

/** It was cut off on node-5003, and failed on node-5001. */
export async function moved(server: Server, id: string): Promise<void> {
	const { api } = server;
	api.nodeViews = NODES;
	await submit(server, id);
	api.change(id, {
		...{ state: "FAILURE", finishedMs: BEGAN_MS + 864, attempt: 2 },
		attempts: [
			attempt(3, 0, 58, { end: "revoked", why: "now", by: nodeId(2) }),
			attempt(1, 636, 864, { end: "failure", error: ERROR }),
		],
		error: ERROR,
	});
	const sighting = { connection: "closed", port: "refused" } as const;
	const saw = [1, 2].map((number) => ({
		...{ nodeId: nodeId(number), ...sighting, verdict: "dead" as const },
		lastRenewalMs: BEGAN_MS - 542,
	}));
	const death = { epoch: 1, atMs: BEGAN_MS + 58, grounds: "now" as const };
	const rest = { by: nodeId(2), leaseLeftMs: 4_400, tasks: 8, saw };
	api.nodeDeaths = [
		{
			...{ nodeId: nodeId(3), asOfMs: BEGAN_MS },
			deaths: [{ ...death, ...rest }],
		},
	];
}

export async function failed(
	server: Server,
	id: string,
	message = ERROR.message,
): Promise<void> {
	await submit(server, id);
	const error = { ...ERROR, message };
	server.api.change(id, {
		...{ state: "FAILURE", finishedMs: BEGAN_MS + 100, attempt: 1 },
		...{ attempts: [attempt(1, 0, 100, { end: "failure", error })], error },
	});
}
