/**
 * TaskReads: single tasks, read only as many at once as there are places, and each read and
 * made into an answer only once there is room for what it carries (see room-read.ts).
 *
 * What a task may bring before its size is known is little: as much as all places together
 * may bring at once, or, if answers wait for room already, what takes none. So small tasks
 * never wait behind large ones and cost one step in the store, and whoever asks for large
 * ones costs no more until there is room for them. For the same reason large ones, whose
 * room is theirs already, go after others to a place.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import {
	READ_BYTES,
	READ_PATIENCE_MS,
	UNSENT_SMALL_BYTES,
} from "../../../protocol/limits.ts";
import type { ReaderPlace } from "../../ports.ts";
import { askerOf } from "./access.ts";
import { sendProblem } from "./answer.ts";
import { type Places, type ReadSizes, readsFull } from "./places.ts";
import { reachesRoute } from "./reach.ts";
import { type RefusalOf, sendRefusal } from "./refusal.ts";
import type { Room } from "./room.ts";

type AnswerRoom = Pick<Room, "enter" | "fits">;

export class TaskReads {
	readonly #places: Places;
	readonly #sizes: ReadSizes;
	readonly #room: AnswerRoom;
	readonly #refusal: RefusalOf;

	constructor(
		places: Places,
		sizes: ReadSizes,
		room: AnswerRoom,
		refusal: RefusalOf,
	) {
		this.#places = places;
		this.#sizes = sizes;
		this.#room = room;
		this.#refusal = refusal;
	}

	enter(reply: FastifyReply): boolean | Promise<boolean> {
		return this.#places.enter(reply);
	}

	leave(reply: FastifyReply): void {
		this.#places.leave(reply);
	}

	/** Says why a task was not read. */
	refuse(request: FastifyRequest, reply: FastifyReply): FastifyReply {
		const refusal = this.#refusal(request);
		return refusal === undefined
			? sendProblem(reply, readsFull)
			: sendRefusal(reply, refusal);
	}

	/** The place of a request that only reads: it waits for room, but not for long. */
	placeOf(request: FastifyRequest, reply: FastifyReply): ReaderPlace {
		const [places, sizes] = [this.#places, this.#sizes];
		const room = this.#roomOf(request, reply, READ_PATIENCE_MS);
		return {
			get bytesMax(): number {
				return room.bytesMax(READ_BYTES);
			},
			leave: () => places.leave(reply),
			enter(bytes: number, isRead: boolean) {
				if (bytes > 0) sizes.learn(bytes);
				if (isRead && bytes <= NEGLIGIBLE) return true;
				const place = () => places.enter(reply, bytes > READ_BYTES);
				const entered = room.enter(bytes);
				if (entered === true) return place();
				places.leave(reply);
				return entered.then((hasRoom) => hasRoom && place());
			},
			reaches: reachOf(request),
		};
	}

	/**
	 * The place of a request that changes something. What was done has to be answered, so it
	 * waits for room as long as its client does. It counts for none of the places: it reads
	 * little before it has room.
	 */
	wishOf(request: FastifyRequest, reply: FastifyReply): ReaderPlace {
		const room = this.#roomOf(request, reply, undefined);
		return {
			get bytesMax(): number {
				return room.bytesMax(0);
			},
			leave() {},
			enter: (bytes) => room.enter(bytes),
			reaches: reachOf(request),
		};
	}

	#roomOf(
		request: FastifyRequest,
		reply: FastifyReply,
		patienceMs: number | undefined,
	): OwnRoom {
		return new OwnRoom(
			(bytes) => this.#room.fits(request, bytes),
			(bytes) => this.#room.enter(request, reply, bytes, patienceMs),
			() => this.#refusal(request) === undefined,
		);
	}
}

function reachOf(request: FastifyRequest): ReaderPlace["reaches"] {
	return (route) => reachesRoute(askerOf(request), route);
}

/** What a task takes for which no room is needed. */
const NEGLIGIBLE = UNSENT_SMALL_BYTES - 1;

/** The room for one answer. */
class OwnRoom {
	readonly #fits: (bytes: number) => boolean;
	readonly #enter: (bytes: number) => true | Promise<boolean>;
	readonly #stillMay: () => boolean;
	/** How many bytes there is room for. */
	#bytes = NEGLIGIBLE;

	constructor(
		fits: (bytes: number) => boolean,
		enter: (bytes: number) => true | Promise<boolean>,
		stillMay: () => boolean,
	) {
		this.#fits = fits;
		this.#enter = enter;
		this.#stillMay = stillMay;
	}

	/** How many bytes may be read: as many as there is room for, or `unasked` if these would find room now. */
	bytesMax(unasked: number): number {
		return unasked > this.#bytes && this.#fits(unasked) ? unasked : this.#bytes;
	}

	/** Whether there is room, at once or after a while, and the asker may still be answered then. */
	enter(bytes: number): true | Promise<boolean> {
		if (bytes <= NEGLIGIBLE) return true;
		this.#bytes = NEGLIGIBLE;
		const entered = this.#enter(bytes);
		if (entered === true) return this.#keep(bytes);
		return entered.then(
			(hasRoom) => hasRoom && this.#stillMay() && this.#keep(bytes),
		);
	}

	#keep(bytes: number): true {
		this.#bytes = bytes;
		return true;
	}
}
