/**
 * Links: every answer about a task says where the task is. An answer about a single task
 * has it as `Location`. One about many says once how each is found by its id: as `links`,
 * or as `Link-Template` (RFC 9652) if its form has no room for that.
 */
import type { FastifyReply } from "fastify";
import { OPERATIONS } from "../../../protocol/operations.ts";
import type { Base } from "./base.ts";

export class Links {
	/** The address of a task, in which `{id}` stands for its id. */
	readonly task: string;
	readonly #tasks: string;

	constructor({ path }: Base) {
		this.task = path + OPERATIONS.getTask.path;
		this.#tasks = this.task.replace("{id}", "");
	}

	/** Adds the `Location` of a task. (No character of an id has a special meaning in a URL.) */
	toTask(reply: FastifyReply, id: string): void {
		reply.header("location", this.#tasks + id);
	}

	toTasks(reply: FastifyReply): void {
		reply.header("link-template", `"${this.task}"; rel="item"`);
	}
}
