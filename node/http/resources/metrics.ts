/**
 * `GET /metrics`: everything that a node reports about itself in numbers, in Prometheus's
 * format.
 */
import { METRICS_TYPE, writeMetrics } from "../../../protocol/exposition.ts";
import type { Api } from "../../ports.ts";
import { send } from "../door/answer.ts";
import { jointRead } from "../door/joint-read.ts";
import type { Handlers } from "../door/serve.ts";
import type { Traffic } from "../door/traffic.ts";

export function metricsHandlers(
	api: Api,
	traffic: Traffic,
): Pick<Handlers, "getMetrics"> {
	const metrics = jointRead(async () =>
		writeMetrics([...(await api.meter.read()), ...traffic.readings()]),
	);
	return {
		getMetrics: async (_request, reply) =>
			send(reply, 200, METRICS_TYPE, await metrics()),
	};
}
