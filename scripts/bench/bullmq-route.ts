/**
 * BullMQ behind HTTP, as a contender: a route that does `add` and nothing else,
 * in a process of its own, posted to by the client that posts to Hearsay.
 *
 * A library needs no such hop and a service cannot do without one, so neither
 * figure alone is fair. This one has the same way to go as Hearsay's.
 */
import { BullMq } from "./bullmq.ts";
import { type Child, startNode } from "./children.ts";
import type { Contender, TaskType } from "./contender.ts";
import { HttpDoor } from "./http-door.ts";
import { freePort } from "./port.ts";

class BullMqBehindRoute extends BullMq {
	readonly #server: Child;
	readonly #door: HttpDoor;

	constructor(redisPort: number, server: Child, door: HttpDoor) {
		super(redisPort);
		this.#server = server;
		this.#door = door;
	}

	override submit(type: TaskType, payload: object): Promise<void> {
		return this.#door.submit(type, payload);
	}

	override call(type: TaskType, payload: object): Promise<void> {
		return this.#door.call(type, payload);
	}

	override async [Symbol.asyncDispose](): Promise<void> {
		await this.#door[Symbol.asyncDispose]();
		await this.#server.stop();
		await super[Symbol.asyncDispose]();
	}
}

export const bullmqBehindRoute: Contender = {
	async open({ redis }, role) {
		const port = await freePort();
		const server = startNode(
			"BullMQ's route",
			"scripts/bench/bullmq-route-server.ts",
			[String(port), String(redis.port)],
		);
		await server.untilReady(async (said) => said.includes("ready"));
		const door = new HttpDoor("BullMQ's route", port);
		const scheduler = new BullMqBehindRoute(redis.port, server, door);
		if (role === "running") await scheduler.startWorker();
		return scheduler;
	},
};
