/**
 * `GET /metrics`: everything that a node reports about itself in numbers, in Prometheus's
 * format.
 */
import {
	METRICS_TYPE,
	type Reading,
	writeMetrics,
} from "../../../protocol/exposition.ts";
import type { Api } from "../../ports.ts";
import { send } from "../door/answer.ts";
import { jointRead } from "../door/joint-read.ts";
import type { Handlers } from "../door/serve.ts";

export function metricsHandlers(
	api: Api,
	counters: readonly { readings(): Iterable<Reading> }[],
): Pick<Handlers, "getMetrics"> {
	const metrics = jointRead(async () =>
		writeMetrics([
			...(await api.meter.read()),
			...counters.flatMap((counter) => [...counter.readings()]),
		]),
	);
	return {
		getMetrics: async (_request, reply) =>
			send(reply, 200, METRICS_TYPE, await metrics()),
	};
}
