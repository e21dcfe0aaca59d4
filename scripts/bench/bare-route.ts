/**
 * The ceiling of single submissions over HTTP: a route with one script call
 * behind it and nothing else, posted to by the same client.
 */
import { startNode } from "./children.ts";
import { type Door, type Ground, IN_FLIGHT } from "./contender.ts";
import { HttpConnections } from "./http-connections.ts";
import { freePort } from "./port.ts";

export async function openBareRoute({ redis }: Ground): Promise<Door> {
	const port = await freePort();
	const server = startNode(
		"the bare route",
		"scripts/bench/bare-route-server.ts",
		[String(port), String(redis.port)],
	);
	await server.untilReady(async (said) => said.includes("ready"));
	const connections = await HttpConnections.open(port, IN_FLIGHT);
	return {
		async submit(type, payload) {
			const body = JSON.stringify({ type, payload });
			const { status } = await connections.post(
				"/v1/tasks",
				body,
				"application/json",
			);
			if (status !== 202) throw new Error(`the bare route answered ${status}`);
		},
		async [Symbol.asyncDispose]() {
			connections.close();
			await server.stop();
		},
	};
}
