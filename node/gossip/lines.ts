/**
 * Lines: a stream of our own to each connected peer, for hints that are worth something
 * only while they are new.
 *
 * A hop takes a third of gossipsub's: between socket and listener there are no queues and
 * no promises, and a message needs no signature, since its bearer is its author and noise
 * has proved who that is. It is not passed on, so gossipsub stays for messages that have
 * to go further: a line reaches the peers to which there is a connection, and says
 * whether these were all.
 *
 * On the wire: the length of a message in four bytes, big-endian, and the message. The
 * protocol's name carries the cluster's, like the topic. Best effort: what a peer has not
 * read yet is kept for it up to GOSSIP_BACKLOG_BYTES_MAX, and anything beyond that is
 * lost to it. A line that closes, or could not be opened, is opened again after
 * REDIAL_MS_MAX for as long as the peer is connected. (A peer of an earlier version has
 * none, and is asked as often.)
 */
import type { Stream } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { LengthPrefixedDecoder } from "@libp2p/utils";
import {
	GOSSIP_BACKLOG_BYTES_MAX,
	GOSSIP_BYTES_MAX,
	REDIAL_MS_MAX,
} from "../../protocol/limits.ts";
import type { Clock, Log, Timer } from "../ports.ts";
import type { Stack } from "./stack.ts";

/** How many there may be over one connection: the line, and former ones that are closing. */
const INBOUND_MAX = 4;

const LENGTH_BYTES = 4;

/** A line to a connected peer: open, or to be opened. */
interface Line {
	stream: Stream | undefined;
	retry: Timer | undefined;
	/** Resolves when it has been opened for the first time, or could not be. */
	opening: Promise<void> | undefined;
}

export class Lines {
	readonly #stack: Stack;
	readonly #protocol: string;
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #hear: (bearer: string, bytes: Uint8Array) => void;
	readonly #lines = new Map<string, Line>();

	/** `hear` gets what comes, and over whose line; only its length has been checked. */
	constructor(
		stack: Stack,
		cluster: string,
		clock: Clock,
		log: Log,
		hear: (bearer: string, bytes: Uint8Array) => void,
	) {
		this.#stack = stack;
		this.#protocol = `/hearsay/${cluster}/line/1`;
		this.#clock = clock;
		this.#log = log;
		this.#hear = hear;
	}

	/** Accepts lines from now on. */
	async start(): Promise<void> {
		await this.#stack.handle(
			this.#protocol,
			(stream, { remotePeer }) => this.#listen(stream, remotePeer.toString()),
			{ maxInboundStreams: INBOUND_MAX },
		);
	}

	stop(): void {
		for (const nodeId of [...this.#lines.keys()]) this.lost(nodeId);
	}

	/** The peer is connected: it gets a line. */
	found(nodeId: string): void {
		if (this.#lines.has(nodeId)) return;
		const line: Line = {
			...{ stream: undefined, retry: undefined, opening: undefined },
		};
		this.#lines.set(nodeId, line);
		line.opening = this.#open(nodeId, line);
	}

	/** The peer's last connection has closed. */
	lost(nodeId: string): void {
		const line = this.#lines.get(nodeId);
		if (line === undefined) return;
		this.#lines.delete(nodeId);
		line.retry?.cancel();
		line.stream?.abort(new Error("the peer is gone"));
	}

	/** Tells each peer as soon as its line has been opened for the first time; not if it cannot be. */
	tellWhenFound(bytes: Uint8Array, nodeIds: Iterable<string>): void {
		for (const nodeId of nodeIds) {
			const opening = this.#lines.get(nodeId)?.opening;
			void opening?.then(() => this.tell(bytes, [nodeId]));
		}
	}

	/** Tells all of these peers, or none if there is one without a line. */
	tell(bytes: Uint8Array, nodeIds: Iterable<string>): boolean {
		const streams: Stream[] = [];
		for (const nodeId of nodeIds) {
			const stream = this.#lines.get(nodeId)?.stream;
			if (stream?.status !== "open") return false;
			if (stream.writeBufferLength + bytes.length <= GOSSIP_BACKLOG_BYTES_MAX)
				streams.push(stream);
		}
		const framed = frame(bytes);
		for (const stream of streams) {
			try {
				stream.send(framed);
			} catch (error) {
				// The stream has ended itself, and will be opened again.
				this.#log.debug({ error }, "could not tell a peer");
			}
		}
		return true;
	}

	async #open(nodeId: string, line: Line): Promise<void> {
		const connection = this.#stack
			.getConnections(peerIdFromString(nodeId))
			.find(({ status }) => status === "open");
		try {
			const stream = await connection?.newStream(this.#protocol);
			if (stream?.status === "open" && this.#lines.get(nodeId) === line) {
				stream.addEventListener("close", () => this.#openLater(nodeId, line));
				line.stream = stream;
				return;
			}
			stream?.abort(new Error("nobody needs it any more"));
		} catch (error) {
			this.#log.debug({ nodeId, error }, "could not open a line");
		}
		this.#openLater(nodeId, line);
	}

	/** The line is not open, and the peer may still be connected. */
	#openLater(nodeId: string, line: Line): void {
		line.stream = undefined;
		if (this.#lines.get(nodeId) !== line) return;
		line.retry = this.#clock.after(REDIAL_MS_MAX, () => {
			void this.#open(nodeId, line);
		});
	}

	/** Delivers at once, in the turn in which the bytes came: that is what a line is for. */
	#listen(stream: Stream, bearer: string): void {
		const decoder = new LengthPrefixedDecoder({
			lengthDecoder: readLength,
			encodingLength: () => LENGTH_BYTES,
			maxDataLength: GOSSIP_BYTES_MAX,
			maxBufferSize: GOSSIP_BACKLOG_BYTES_MAX,
		});
		stream.addEventListener("message", ({ data }) => {
			const messages: Uint8Array[] = [];
			try {
				for (const message of decoder.decode(data))
					messages.push(message.subarray());
			} catch (error) {
				stream.abort(new Error("not a line's bytes", { cause: error }));
			}
			for (const message of messages) this.#hear(bearer, message);
		});
	}
}

function frame(bytes: Uint8Array): Uint8Array {
	const framed = Buffer.allocUnsafe(LENGTH_BYTES + bytes.length);
	framed.writeUInt32BE(bytes.length);
	framed.set(bytes, LENGTH_BYTES);
	return framed;
}

/**
 * The length of the message that begins here. @throws RangeError if more has to come, as
 * the decoder wants it
 */
function readLength(bytes: { subarray(from: number, to: number): Uint8Array }) {
	const head = bytes.subarray(0, LENGTH_BYTES);
	return new DataView(head.buffer, head.byteOffset, head.length).getUint32(0);
}
