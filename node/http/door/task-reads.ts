/**
 * TaskReads: single tasks, read only as many at once as there are places, and made into
 * answers only once there is room for what they carry.
 *
 * How large a task is shows when it has been read. One that is not small and finds no room
 * is dropped, gives its place back, and is read again when there is room: so small tasks
 * never wait behind large ones, and nothing that waits holds memory. For the same reason
 * connections on which a large one was read last go after others.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import {
	READ_PATIENCE_MS,
	UNSENT_SMALL_BYTES,
} from "../../../protocol/limits.ts";
import type { TaskRecord } from "../../../protocol/task.ts";
import type { Found } from "../../ports.ts";
import type { Places, ReadSizes } from "./places.ts";
import type { Room } from "./room.ts";

type Read = () => Promise<TaskRecord | undefined>;

export class TaskReads {
	readonly #places: Places;
	readonly #sizes: ReadSizes;
	readonly #room: Pick<Room, "enter">;
	/** Connections on which a task was read last that is not small. */
	readonly #large = new WeakSet<object>();

	constructor(places: Places, sizes: ReadSizes, room: Pick<Room, "enter">) {
		this.#places = places;
		this.#sizes = sizes;
		this.#room = room;
	}

	enter(reply: FastifyReply): boolean | Promise<boolean> {
		const isLater = this.#large.has(reply.request.raw.socket);
		return this.#places.enter(reply, isLater);
	}

	leave(reply: FastifyReply): void {
		this.#places.leave(reply);
	}

	/**
	 * What `first` finds, by somebody who has a place, or what `read` finds once there are a
	 * place and room for it; undefined if the node has too much to do. `first` may take long,
	 * lose the place meanwhile, and find nothing out for want of one. (It gets no task, but
	 * how to read it: who calls an async function keeps what he gave it.)
	 */
	async settle(
		request: FastifyRequest,
		reply: FastifyReply,
		read: Read,
		first: () => Promise<Found | undefined> = async () => ({
			record: await read(),
		}),
	): Promise<Found | undefined> {
		let found = await first();
		const placed = this.enter(reply);
		if (placed !== true) {
			found = undefined;
			if (!(await placed)) return undefined;
		}
		let record = found === undefined ? await read() : found.record;
		found = undefined;
		const bytes = bytesOf(record);
		this.#sizes.learn(bytes);
		const { socket } = request.raw;
		if (bytes < UNSENT_SMALL_BYTES) {
			this.#large.delete(socket);
			return { record };
		}
		this.#large.add(socket);
		const entered = this.#room.enter(request, reply, bytes, READ_PATIENCE_MS);
		if (entered === true) return { record };
		record = undefined;
		this.#places.leave(reply);
		if (!(await entered) || !(await this.enter(reply))) return undefined;
		return { record: await read() };
	}
}

/** What of a task may be large. */
function bytesOf(record: TaskRecord | undefined): number {
	if (record === undefined) return 0;
	return record.payload.length + (record.result?.length ?? 0);
}
