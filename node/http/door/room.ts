/**
 * Room: how many bytes of answers a node holds that are made and that the system has not
 * taken yet, over all connections.
 *
 * An answer lies in memory until its client has taken it, and a client may take its time.
 * So an answer that is not small has a stake in the room: from before it is made, if its
 * size is known by then, until it is out. The room has parts, each with bytes and a queue of
 * its own, so that none waits for another:
 *
 * - Short answers, up to UNSENT_SHORT_BYTES. An honest client with a slow line may take
 *   minutes over a long answer; health, numbers, single tasks and events go on meanwhile.
 * - Those in between, up to UNSENT_MIDDLE_BYTES.
 * - Long answers, which are lists with all that there is of each task. There is room for two
 *   of the largest, so that one slow client keeps nobody waiting. One that is longer than the
 *   part goes alone.
 * - Tasks that requests which change something are answered with. Such a task is read once
 *   there is room for it (see task-reads.ts).
 * - Answers to many items at once, up to UNSENT_ITEMS_BYTES, and longer ones. What was done
 *   has been done: so these go in at once, full or not, and never wait once they are made.
 *   Instead a request with many items begins only while its part is not full. One with more
 *   than the part holds goes alone; what changes a single task, and arrays of usual length, do
 *   not wait for it.
 *
 * If there is no room, an answer waits, and the client in the same part that is furthest
 * behind UNSENT_PACE_MIN is cut off in its favour. An honest client with a slow line is
 * faster than that. So slow readers hold memory only as long as nobody else needs it. A
 * client that takes nothing at all is cut off after READ_PATIENCE_MS in any case.
 *
 * Making megabytes, and handing them to the system, takes milliseconds, so only so much is
 * let in within one turn of the event loop.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import {
	UNSENT_BYTES_MAX,
	UNSENT_DONE_BYTES_MAX,
	UNSENT_ITEMS_BYTES,
	UNSENT_ITEMS_BYTES_MAX,
	UNSENT_MANY_ITEMS_BYTES_MAX,
	UNSENT_MIDDLE_BYTES,
	UNSENT_MIDDLE_BYTES_MAX,
	UNSENT_SHORT_BYTES,
	UNSENT_SHORT_BYTES_MAX,
	UNSENT_UNKNOWN_BYTES,
} from "../../../protocol/limits.ts";
import type { Clock } from "../../ports.ts";
import type { CutOffs } from "./cut-offs.ts";
import { RoomPart } from "./room-part.ts";
import { type Raw, Stake } from "./stake.ts";
import type { Turn } from "./turn.ts";

export class Room {
	readonly #clock: Clock;
	readonly #short: RoomPart;
	readonly #middle: RoomPart;
	readonly #long: RoomPart;
	/** Tasks, of requests that change something. */
	readonly #done: RoomPart;
	/** Of such requests with items. */
	readonly #items: RoomPart;
	readonly #manyItems: RoomPart;
	/** Of which it learns when they are over. */
	readonly #watched = new WeakSet<Raw>();

	constructor(clock: Clock, turn: Turn, cutOffs: CutOffs) {
		this.#clock = clock;
		const tools = { clock, turn, cutOffs };
		// The first goes first in each turn.
		this.#short = new RoomPart(tools, UNSENT_SHORT_BYTES_MAX);
		this.#done = new RoomPart(tools, UNSENT_DONE_BYTES_MAX);
		this.#items = new RoomPart(tools, UNSENT_ITEMS_BYTES_MAX);
		this.#manyItems = new RoomPart(tools, UNSENT_MANY_ITEMS_BYTES_MAX);
		this.#middle = new RoomPart(tools, UNSENT_MIDDLE_BYTES_MAX);
		this.#long = new RoomPart(tools, UNSENT_BYTES_MAX);
	}

	/**
	 * Whether there is room for so many bytes of this answer: at once, or after a while. False
	 * if there is none within `patienceMs`, or the client is gone.
	 */
	enter(
		request: FastifyRequest,
		{ raw }: FastifyReply,
		bytes: number,
		patienceMs?: number,
	): true | Promise<boolean> {
		const part = this.#partFor(request, bytes);
		if (this.#resizes(raw, part, bytes)) return true;
		return this.#enter(part, request, raw, bytes, patienceMs);
	}

	/** The same, before a request with items is begun whose answers may have so many bytes. */
	mayBegin(
		request: FastifyRequest,
		{ raw }: FastifyReply,
		bytes: number,
		patienceMs: number,
	): true | Promise<boolean> {
		const part = this.#partForItems(bytes);
		return this.#enter(part, request, raw, bytes, patienceMs);
	}

	/** Whether an answer of so many bytes would find room now. */
	fits(request: FastifyRequest, bytes: number): boolean {
		return this.#partFor(request, bytes).hasRoom(bytes);
	}

	/** Lets in an answer that has to go out, whether there is room or not. */
	take(request: FastifyRequest, { raw }: FastifyReply, bytes: number): void {
		if (raw.closed) return;
		const own = this.#partOf(raw);
		const stake = own?.of(raw);
		const part = own === this.#done ? own : this.#partForItems(bytes);
		if (stake !== undefined && own === part) part.resize(stake, bytes);
		else {
			this.leave(raw);
			part.take(this.#stake(request, raw, bytes));
		}
	}

	/** Whether the answer has a stake. */
	holds(raw: Raw): boolean {
		return this.#partOf(raw) !== undefined;
	}

	/**
	 * The stake of an answer that is on its way, whose pace counts from now on. `bytes`: its
	 * size, as it turned out. Undefined if it has no stake.
	 */
	sent(raw: Raw, bytes = Number.POSITIVE_INFINITY): Stake | undefined {
		const part = this.#partOf(raw);
		const stake = part?.of(raw);
		if (part === undefined || stake === undefined) return undefined;
		stake.sent();
		if (bytes < stake.bytes) part.resize(stake, bytes);
		return stake;
	}

	/** Gives back the room of an answer that is out, or small. */
	leave(raw: Raw): void {
		this.#partOf(raw)?.leave(raw);
	}

	/**
	 * Whether the answer's existing stake can become that large. An answer that turns out much
	 * larger has to wait where there is room for it.
	 */
	#resizes(raw: Raw, part: RoomPart, bytes: number): boolean {
		const own = this.#partOf(raw);
		const stake = own?.of(raw);
		if (own === undefined || stake === undefined) return false;
		const more = bytes - stake.bytes;
		if (more > UNSENT_UNKNOWN_BYTES && !(own === part && own.fits(more)))
			return false;
		own.resize(stake, bytes);
		return true;
	}

	#enter(
		part: RoomPart,
		request: FastifyRequest,
		raw: Raw,
		bytes: number,
		patienceMs: number | undefined,
	): true | Promise<boolean> {
		this.leave(raw);
		if (raw.closed) return Promise.resolve(false);
		return part.enter(this.#stake(request, raw, bytes), patienceMs);
	}

	#stake({ raw: { socket } }: FastifyRequest, raw: Raw, bytes: number): Stake {
		if (!this.#watched.has(raw)) {
			this.#watched.add(raw);
			raw.once("close", () => {
				for (const part of this.#parts) part.giveUp(raw);
				this.leave(raw);
			});
		}
		return new Stake(raw, socket, bytes, this.#clock);
	}

	#partFor({ method }: FastifyRequest, bytes: number): RoomPart {
		if (changesSomething(method)) return this.#done;
		if (bytes <= UNSENT_SHORT_BYTES) return this.#short;
		return bytes <= UNSENT_MIDDLE_BYTES ? this.#middle : this.#long;
	}

	#partForItems(bytes: number): RoomPart {
		return bytes <= UNSENT_ITEMS_BYTES ? this.#items : this.#manyItems;
	}

	get #parts(): readonly RoomPart[] {
		return [
			...[this.#short, this.#done, this.#items, this.#manyItems],
			...[this.#middle, this.#long],
		];
	}

	#partOf(raw: Raw): RoomPart | undefined {
		return this.#parts.find((part) => part.of(raw) !== undefined);
	}
}

export function changesSomething(method: string): boolean {
	return method !== "GET" && method !== "HEAD";
}
