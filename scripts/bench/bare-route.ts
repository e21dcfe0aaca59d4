/**
 * The ceiling of single submissions over HTTP: a route with one script call
 * behind it and nothing else, posted to by the same client.
 */
import { startNode } from "./children.ts";
import type { Door, Ground } from "./contender.ts";
import { HttpDoor } from "./http-door.ts";
import { freePort } from "./port.ts";

export async function openBareRoute({ redis }: Ground): Promise<Door> {
	const port = await freePort();
	const server = startNode(
		"the bare route",
		"scripts/bench/bare-route-server.ts",
		[String(port), String(redis.port)],
	);
	await server.untilReady(async (said) => said.includes("ready"));
	const door = new HttpDoor("the bare route", port);
	return {
		submit: (type, payload) => door.submit(type, payload),
		async [Symbol.asyncDispose]() {
			await door[Symbol.asyncDispose]();
			await server.stop();
		},
	};
}
