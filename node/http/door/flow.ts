/**
 * Flow: what one connection sends, handed to Node's parser at the pace at which it is
 * answered.
 *
 * By itself Node parses whatever has arrived, 64 KiB at a time with thousands of requests
 * in it, and stops reading only for answers that it cannot send. So the flow stands
 * between: it takes the socket's bytes, gives the parser one head or a piece of a body at
 * a time, and keeps the rest while
 *
 * - as many requests of the connection are open as may be, or an answer is not out,
 * - the server itself has asked for a pause,
 * - this turn of the event loop has done enough for HTTP (see inflow.ts).
 *
 * While it keeps something it does not read, so the client's own system holds whatever it
 * sends. It holds at most twice what was read in one go.
 *
 * It depends on two things that Node's HTTP server does to a socket: it listens to `data`
 * and `end`, and it calls `pause` and `resume`. The constructor asserts the first; the
 * tests of floods would notice the second.
 */
import { strict as assert } from "node:assert";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import {
	HEAD_PIECE_BYTES,
	INFLOW_SMALL_BYTES,
	REQUESTS_OPEN_MAX,
} from "../../../protocol/limits.ts";
import { endOfHead, lineEndsBefore, type Tail, tailOf } from "./heads.ts";

/** What the flows of a server share. */
export interface Share {
	/** Open requests, over all connections. */
	open: number;
	/** Kept bytes, over all connections. */
	bytes: number;
	/** Whether a connection that has an open request may begin another. */
	readonly mayBeginMore: boolean;
	/** Whether more bytes may be kept. */
	readonly isFull: boolean;
	/** Whether this turn has time left, and nobody waits for the next one. */
	readonly hasTime: boolean;
	/** Calls `step` in another turn. */
	later(flow: Flow): void;
	gone(flow: Flow): void;
}

type Listener = (bytes?: Buffer) => void;

export class Flow {
	/** The connection's requests whose answers are not out yet. */
	readonly open = new Set<ServerResponse>();
	/** Called when such an answer is out. */
	onAnswered: (() => void) | undefined;
	readonly #socket: Socket;
	readonly #share: Share;
	readonly #parse: Listener;
	readonly #end: Listener;
	#kept: Buffer[] = [];
	#newest: IncomingMessage | undefined;
	/** What is left of the newest request's body, as far as is known. */
	#bodyLeft = 0;
	/** The end of a head that has begun and not ended. */
	#tail: Tail = "";
	#reads = true;
	/** Whether the server has asked for a pause. */
	#held = false;
	#feeding = false;
	#ended = false;
	#stopped = false;
	readonly #pause: () => Socket;
	readonly #resume: () => Socket;

	constructor(socket: Socket, share: Share) {
		this.#socket = socket;
		this.#share = share;
		this.#parse = takeListener(socket, "data");
		this.#end = takeListener(socket, "end");
		socket.on("data", (bytes: Buffer) => this.#take(bytes));
		socket.on("end", () => {
			this.#ended = true;
			this.#run();
		});
		socket.on("drain", () => this.#run());
		socket.once("close", () => {
			this.stop();
			share.gone(this);
		});
		this.#pause = socket.pause.bind(socket);
		this.#resume = socket.resume.bind(socket);
		socket.pause = () => {
			this.#held = true;
			this.#read(false);
			return socket;
		};
		socket.resume = () => {
			this.#held = false;
			this.#run();
			return socket;
		};
	}

	/** The parser has come to a request. */
	begun(request: IncomingMessage, response: ServerResponse): void {
		this.#newest = request;
		this.open.add(response);
		this.#share.open++;
		response.once("close", () => {
			this.open.delete(response);
			this.#share.open--;
			this.onAnswered?.();
			if (this.#kept.length > 0) this.#run();
		});
	}

	/**
	 * Nothing more is parsed, whatever arrives: it cannot be understood, or nobody is
	 * there.
	 */
	stop(): void {
		this.#stopped = true;
		this.#forget();
	}

	/** Goes on with what is kept: its turn has come. */
	step(): void {
		if (this.#mayGoOn()) this.#feed();
		if (this.#mayGoOn()) this.#share.later(this);
		this.#settle();
	}

	#take(bytes: Buffer): void {
		if (this.#stopped) return;
		this.#kept.push(bytes);
		this.#share.bytes += bytes.length;
		this.#run();
		if (this.#share.isFull && this.#keptBytes() > INFLOW_SMALL_BYTES)
			this.#socket.destroy();
	}

	#run(): void {
		// The parser calls the caller of this, and must not be called within its own call.
		if (this.#feeding) return;
		while (this.#mayGoOn()) {
			if (!this.#share.hasTime) {
				this.#share.later(this);
				break;
			}
			this.#feed();
		}
		this.#settle();
	}

	#mayGoOn(): boolean {
		if (this.#kept.length === 0 || this.#held) return false;
		if (this.#stopped || this.#socket.destroyed) return false;
		if (this.#bodyLeft > 0 || this.#tail !== "") return true;
		if (this.#socket.writableNeedDrain) return false;
		if (this.open.size === 0) return true;
		if (this.open.size >= REQUESTS_OPEN_MAX) return false;
		if (!this.#share.mayBeginMore) return false;
		for (const { headersSent } of this.open) if (headersSent) return false;
		return true;
	}

	/** Hands the parser one piece. */
	#feed(): void {
		const first = this.#kept[0] as Buffer;
		if (this.#bodyLeft === 0 && this.#tail === "") {
			const blank = lineEndsBefore(first);
			if (blank > 0) return void this.#shift(blank);
		}
		const known = this.#newest;
		const piece = this.#shift(this.#sizeOfPiece(first));
		this.#feeding = true;
		this.#parse(piece);
		this.#feeding = false;
		const newest = this.#newest;
		if (newest !== known) {
			this.#tail = "";
			this.#bodyLeft = newest === undefined ? 0 : bodyLeftOf(newest);
		} else if (this.#bodyLeft > 0) {
			const isOver = newest === undefined || newest.complete;
			// An unfinished body has at least one byte to come, whatever was calculated.
			this.#bodyLeft = isOver ? 0 : Math.max(1, this.#bodyLeft - piece.length);
		} else {
			this.#tail = tailOf(this.#tail, piece);
		}
	}

	#sizeOfPiece(first: Buffer): number {
		const isInChunks = this.#bodyLeft === Number.POSITIVE_INFINITY;
		if (this.#bodyLeft > 0 && !isInChunks) return this.#bodyLeft;
		// A chunked body ends with an empty line, too.
		const end = endOfHead(this.#tail, first);
		return Math.min(end ?? HEAD_PIECE_BYTES, HEAD_PIECE_BYTES);
	}

	#shift(bytes: number): Buffer {
		const first = this.#kept[0] as Buffer;
		this.#share.bytes -= Math.min(bytes, first.length);
		if (bytes >= first.length) {
			this.#kept.shift();
			return first;
		}
		this.#kept[0] = first.subarray(bytes);
		return first.subarray(0, bytes);
	}

	/** Reads on only once nothing is kept. */
	#settle(): void {
		const [first] = this.#kept;
		if (first === undefined) {
			this.#read(!this.#held);
			if (this.#ended) this.#endOnce();
			return;
		}
		this.#read(false);
		// A few waiting bytes must not keep the many that they came with.
		if (first.buffer.byteLength > 2 * first.length) {
			const own = Buffer.allocUnsafeSlow(first.length);
			first.copy(own);
			this.#kept[0] = own;
		}
	}

	#endOnce(): void {
		this.#ended = false;
		if (!this.#stopped) this.#end();
	}

	#read(reads: boolean): void {
		if (reads === this.#reads) return;
		this.#reads = reads;
		if (reads) this.#resume();
		else this.#pause();
	}

	#keptBytes(): number {
		return this.#kept.reduce((sum, { length }) => sum + length, 0);
	}

	#forget(): void {
		this.#share.bytes -= this.#keptBytes();
		this.#kept = [];
	}
}

/** How much of a body is still to come; infinite for a chunked one, which does not say. */
function bodyLeftOf({ complete, headers }: IncomingMessage): number {
	if (complete) return 0;
	const length = Number(headers["content-length"]);
	return length > 0 ? length : Number.POSITIVE_INFINITY;
}

function takeListener(socket: Socket, event: "data" | "end"): Listener {
	const listeners = socket.listeners(event) as Listener[];
	const [listener] = listeners.slice(-1);
	assert(listener !== undefined, `Node's server does not listen to ${event}`);
	socket.removeListener(event, listener);
	return listener;
}
