/** Which of yamux's frames leave, and when. A header: version, type, flags (2), stream (4), length (4). */
import type {
	MessageStream,
	StreamMuxer,
	StreamMuxerFactory,
} from "@libp2p/interface";
import { expect, test } from "vitest";
import { holdingUpdates } from "../../node/gossip/window-updates.ts";

const DATA = 0;
const UPDATE = 1;
const PING = 2;
const SYN = 1;
const FIN = 4;
const KIB = 1024;
const STREAMS_HELD_MAX = 64;

function frame(type: number, flags: number, stream: number, length: number) {
	const bytes = Buffer.alloc(12);
	bytes.writeUInt8(type, 1);
	bytes.writeUInt16BE(flags, 2);
	bytes.writeUInt32BE(stream, 4);
	bytes.writeUInt32BE(length, 8);
	return bytes;
}

/** A muxer, and what leaves of what it sends. */
function sender() {
	const sent: string[] = [];
	const connection: Pick<MessageStream, "send"> = {
		send(data) {
			sent.push(Buffer.from(data.subarray()).toString("hex"));
			return true;
		},
	};
	const makeFactory = holdingUpdates<StreamMuxerFactory>(() => ({
		protocol: "/yamux/1.0.0",
		createStreamMuxer: (given) => given as unknown as StreamMuxer,
	}));
	const { send } = makeFactory().createStreamMuxer(
		connection as MessageStream,
	) as unknown as MessageStream;
	const left = (...frames: Uint8Array[]) =>
		expect(sent.splice(0)).toEqual(
			frames.map((bytes) => Buffer.from(bytes).toString("hex")),
		);
	return { send, left };
}

test("updates wait until half of a window is taken, and leave as one", () => {
	const { send, left } = sender();
	send(frame(UPDATE, 0, 1, 100 * KIB));
	send(frame(UPDATE, 0, 3, 100 * KIB));
	left();
	send(frame(UPDATE, 0, 1, 28 * KIB));
	left(frame(UPDATE, 0, 1, 128 * KIB));
	send(frame(UPDATE, 0, 1, 127 * KIB));
	left();
	send(frame(UPDATE, 0, 3, 28 * KIB));
	left(frame(UPDATE, 0, 3, 128 * KIB));
});

test("frames that open or end a stream, data, pings and large updates leave as they are", () => {
	const { send, left } = sender();
	const frames = [
		frame(UPDATE, SYN, 1, 0),
		frame(UPDATE, FIN, 1, 0),
		frame(UPDATE, 0, 1, 300 * KIB),
		frame(PING, SYN, 0, 7),
		frame(DATA, 0, 1, 0),
		Buffer.concat([frame(DATA, 0, 1, 5), Buffer.from("hello")]),
	];
	for (const bytes of frames) send(bytes);
	left(...frames);
});

test("a frame that ends a stream takes along what was held back: the peer may send on", () => {
	const { send, left } = sender();
	send(frame(UPDATE, 0, 1, 127 * KIB));
	send(frame(UPDATE, FIN, 1, 0));
	left(frame(UPDATE, FIN, 1, 127 * KIB));
	send(frame(UPDATE, 0, 1, 127 * KIB));
	left();
	send(frame(UPDATE, 0, 1, KIB));
	left(frame(UPDATE, 0, 1, 128 * KIB));
});

test("the number of ended streams that are remembered is bounded", () => {
	const { send, left } = sender();
	for (let stream = 1; stream <= STREAMS_HELD_MAX; stream += 1)
		send(frame(UPDATE, 0, stream, stream));
	left();
	send(frame(UPDATE, 0, 1_000, 10));
	left(frame(UPDATE, 0, 1, 1));
});
