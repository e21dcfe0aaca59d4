/**
 * Outflow: how answers leave the node, and what they may hold of it meanwhile.
 *
 * Every answer that is not small has its place in the room (see room.ts), which is one for
 * all connections and all that a node answers:
 *
 * - If its size is known before it is made, or one of the last of its route was not small,
 *   it is made only once there is room for it.
 * - An answer that is made and turns out much larger than expected waits.
 * - The answer to a request that changes something goes out at once. If the request may
 *   have a long one, it is begun only while not too many such answers are untaken.
 * - Files are buffers that all answers share, so they take room only where each connection
 *   has them encrypted for itself.
 *
 * A small answer never waits once it is made, nor does one to a probe before it is made:
 * it is small, and the asker wants to know at once. A client that takes nothing at all of
 * a larger one is cut off after READ_PATIENCE_MS, whether others need the room or not.
 */
import { TLSSocket } from "node:tls";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
	BODY_LARGE_BYTES,
	CONNECTION_IDLE_MS,
	READ_PATIENCE_MS,
	UNSENT_ITEM_BYTES,
	UNSENT_SMALL_BYTES,
	UNSENT_UNKNOWN_BYTES,
} from "../../../protocol/limits.ts";
import type { Clock } from "../../ports.ts";
import type { CutOffs } from "./cut-offs.ts";
import { FallingMax } from "./falling-max.ts";
import { type RefusalOf, refuseInstead } from "./refusal.ts";
import { changesSomething, Room } from "./room.ts";
import { Slices } from "./slices.ts";
import { Turn } from "./turn.ts";

type Raw = FastifyReply["raw"];
/** The callback of fastify that lets an answer be sent. */
type Send = (error: null, payload?: unknown) => void;

interface Answer {
	readonly whole: string | Buffer;
	readonly bytes: number;
}

export class Outflow {
	readonly room: Room;
	readonly #turn: Turn;
	readonly #cutOffs: CutOffs;
	readonly #refusal: RefusalOf;
	/** Files that are not begun yet, in the order in which they came. */
	readonly #files: { readonly bytes: number; readonly go: () => void }[] = [];
	/** How large the answers of each route have been lately. */
	readonly #sizes = new Map<string, FallingMax>();

	constructor(clock: Clock, cutOffs: CutOffs, refusal: RefusalOf) {
		this.#turn = new Turn(clock);
		this.#cutOffs = cutOffs;
		this.#refusal = refusal;
		this.#turn.onNext(() => this.#beginFiles());
		this.room = new Room(clock, this.#turn, cutOffs);
	}

	watch(app: FastifyInstance): void {
		app.addHook("onSend", (request, reply, payload, done: Send) => {
			const isText = typeof payload === "string";
			if (!isText && !Buffer.isBuffer(payload)) done(null);
			else if (isText) this.#text(request, reply, payload, done);
			else this.#file(request, reply, payload, done);
		});
	}

	/**
	 * Whether there is room for an answer of this route that is yet to be made: for as many
	 * bytes as the largest of its last answers had.
	 */
	expect(
		request: FastifyRequest,
		reply: FastifyReply,
	): true | Promise<boolean> {
		const size = this.#sizes.get(routeOf(request));
		const bytes = Math.ceil(size?.value ?? UNSENT_UNKNOWN_BYTES);
		if (bytes < UNSENT_SMALL_BYTES) return true;
		return this.room.enter(request, reply, bytes, READ_PATIENCE_MS);
	}

	/**
	 * Whether a request that changes something may be begun: its answer must find room.
	 * `items`: each is answered, whatever its size; those of a large body are not counted.
	 */
	mayBegin(
		request: FastifyRequest,
		reply: FastifyReply,
		{ bodyBytes, items }: { bodyBytes: number; items: number },
	): true | Promise<boolean> {
		const isCounted = bodyBytes <= BODY_LARGE_BYTES;
		const bytes = isCounted ? items * UNSENT_ITEM_BYTES : UNSENT_SMALL_BYTES;
		if (bytes < UNSENT_SMALL_BYTES) return true;
		return this.room.mayBegin(request, reply, bytes, READ_PATIENCE_MS);
	}

	#text(
		request: FastifyRequest,
		reply: FastifyReply,
		text: string,
		done: Send,
	): void {
		this.#learn(request, reply, text.length);
		if (text.length < UNSENT_SMALL_BYTES || request.method === "HEAD") {
			this.room.leave(reply.raw);
			done(null);
			return;
		}
		const bytes = Buffer.byteLength(text);
		const answer = { whole: text, bytes };
		if (changesSomething(request.method)) {
			this.room.take(request, reply, bytes);
			this.#send(request, reply, answer, done);
		} else this.#whenRoom(request, reply, answer, done);
	}

	#file(
		request: FastifyRequest,
		reply: FastifyReply,
		whole: Buffer,
		done: Send,
	): void {
		const bytes = whole.length;
		if (bytes < UNSENT_SMALL_BYTES || request.method === "HEAD") {
			done(null);
		} else if (request.raw.socket instanceof TLSSocket) {
			this.#whenRoom(request, reply, { whole, bytes }, done);
		} else {
			const go = () => {
				this.#watchSilence(request, reply.raw);
				done(null);
			};
			this.#files.push({ bytes, go });
			this.#beginFiles();
		}
	}

	/** However long it takes: it has been made. Whoever may not see it by then does not. */
	#whenRoom(
		request: FastifyRequest,
		reply: FastifyReply,
		answer: Answer,
		done: Send,
	): void {
		const go = () => this.#send(request, reply, answer, done);
		const entered = this.room.enter(request, reply, answer.bytes);
		if (entered === true) go();
		else
			void entered.then(() => {
				const refusal = this.#refusal(request);
				if (refusal === undefined) return go();
				this.room.leave(reply.raw);
				done(null, refuseInstead(reply, refusal));
			});
	}

	#send(
		request: FastifyRequest,
		reply: FastifyReply,
		{ whole, bytes }: Answer,
		done: Send,
	): void {
		const { raw } = reply;
		const stake = this.room.sent(raw);
		// Its client has gone.
		if (stake === undefined) {
			done(null, "");
			return;
		}
		this.#watchSilence(request, raw);
		reply.header("content-length", bytes);
		done(null, new Slices(whole, (length) => stake.took(length)));
	}

	#watchSilence({ raw: { socket } }: FastifyRequest, raw: Raw): void {
		const silent = () => this.#cutOffs.count("silent");
		// Halved, because a socket that has something unsent is given its time twice.
		socket.setTimeout(READ_PATIENCE_MS / 2).once("timeout", silent);
		raw.once("close", () =>
			socket.setTimeout(CONNECTION_IDLE_MS).off("timeout", silent),
		);
	}

	#learn(
		request: FastifyRequest,
		{ statusCode, raw }: FastifyReply,
		bytes: number,
	): void {
		const route = routeOf(request);
		const size = this.#sizes.get(route);
		// A refusal says nothing about what is not refused; but it is better than nothing, if
		// it was made where such answers are made.
		const isUseful = size === undefined && this.room.holds(raw);
		if (statusCode !== 200 && !isUseful) return;
		if (size !== undefined) size.learn(bytes);
		else this.#sizes.set(route, new FallingMax(bytes));
	}

	#beginFiles(): void {
		while (this.#turn.hasLeft) {
			const file = this.#files.shift();
			if (file === undefined) return;
			this.#turn.count(file.bytes);
			file.go();
		}
	}
}

function routeOf({ routeOptions }: FastifyRequest): string {
	return routeOptions.url ?? "";
}
