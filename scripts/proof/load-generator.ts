/**
 * Submits tasks over HTTP, one a request, from a process of its own: as fast as they are
 * answered, or at a rate whether they are answered or not. It reports the answers over
 * its channel.
 *
 *   node scripts/proof/load-generator.ts PORT MS [RATE]
 *
 * RATE, in requests a second, makes it an open loop: each request is sent when it is due,
 * on a connection that waits for nothing else. If the most connections that there may be
 * all wait, it is not sent.
 */
import { connect, type Socket } from "node:net";

/** What became of the requests. */
export interface Told {
	readonly sent: number;
	/** The number of answers, by status. */
	readonly answers: ReadonlyMap<number, number>;
	/** Answers of 429 and 503 that do not say when to come again. */
	readonly refusedWithoutTime: number;
	/** Requests that were due by the rate, and had no connection. */
	readonly unsent: number;
	readonly unanswered: number;
}

const CLOSED_CONNECTIONS = 256;
const OPEN_CONNECTIONS_MAX = 6_000;
const TICK_MS = 2;
/** How long it waits for answers to its last requests. */
const PATIENCE_MS = 10_000;

const [port = 0, lastsMs = 0, rate] = process.argv.slice(2).map(Number);
const body = '{"type":"noop"}';
const request = Buffer.from(
	`POST /v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
);

const answers = new Map<number, number>();
let sent = 0;
let answered = 0;
let refusedWithoutTime = 0;
/** Called with each answer. */
let onAnswer: (socket: Socket) => void;

function open(): Socket {
	const socket = connect(port, "127.0.0.1");
	socket.setNoDelay(true);
	let rest = "";
	socket.setEncoding("latin1").on("data", (text: string) => {
		rest += text;
		for (;;) {
			const end = rest.indexOf("\r\n\r\n");
			if (end < 0) return;
			const head = rest.slice(0, end);
			const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
			if (rest.length < end + 4 + length) return;
			rest = rest.slice(end + 4 + length);
			const status = Number(head.slice(9, 12));
			answers.set(status, (answers.get(status) ?? 0) + 1);
			answered += 1;
			const isRefused = status === 429 || status === 503;
			if (isRefused && !/^retry-after: \d+$/im.test(head))
				refusedWithoutTime += 1;
			onAnswer(socket);
		}
	});
	// A connection that breaks leaves its request unanswered, which is reported.
	socket.on("error", () => socket.destroy());
	return socket;
}

function send(socket: Socket): void {
	sent += 1;
	socket.write(request);
}

/** Sends one request after the other on each connection. */
function closedLoop(endMs: number): Promise<number> {
	onAnswer = (socket) => {
		if (performance.now() < endMs) send(socket);
	};
	for (let i = 0; i < CLOSED_CONNECTIONS; i++) send(open());
	return Promise.resolve(0);
}

/** Resolves with how many requests it could not send. */
function openLoop(endMs: number, aSecond: number): Promise<number> {
	const startMs = performance.now();
	const idle: Socket[] = [];
	let opened = 0;
	let due = 0;
	let unsent = 0;
	onAnswer = (socket) => idle.push(socket);
	const next = (): Socket | undefined => {
		for (let socket = idle.pop(); socket; socket = idle.pop())
			if (!socket.destroyed) return socket;
		if (opened >= OPEN_CONNECTIONS_MAX) return undefined;
		opened += 1;
		return open().once("close", () => {
			opened -= 1;
		});
	};
	return new Promise((resolve) => {
		const timer = setInterval(() => {
			const nowMs = Math.min(performance.now(), endMs);
			for (; due < ((nowMs - startMs) * aSecond) / 1_000; due++) {
				const socket = next();
				if (socket === undefined) unsent += 1;
				else send(socket);
			}
			if (nowMs < endMs) return;
			clearInterval(timer);
			resolve(unsent);
		}, TICK_MS);
	});
}

const endMs = performance.now() + lastsMs;
const unsent = await (rate === undefined
	? closedLoop(endMs)
	: openLoop(endMs, rate));
const giveUpMs = endMs + PATIENCE_MS;
while (
	performance.now() < giveUpMs &&
	(performance.now() < endMs || answered < sent)
)
	await new Promise((resolve) => setTimeout(resolve, 20));
const told: Told = {
	...{ sent, answers, refusedWithoutTime, unsent },
	unanswered: sent - answered,
};
process.send?.(told, () => process.exit());
