/**
 * What Node's parser refuses, and which therefore never reaches a route: it is answered
 * on the bare socket, which then closes.
 *
 * A client may send its next request before the last one is answered. If that
 * next one is broken, its 400 would be read as the answer to the last one, which
 * may have been taken. So while an answer is under way on the socket, nothing is
 * said in its place: the socket closes behind it. Nor is anything said if no request
 * has begun: it would be read as the answer to one that is just leaving its client.
 *
 * Who asks is not known, since the head was not understood: so no page of another origin is told
 * that it may read the answer, and a browser calls that a network error.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { HEADER_BYTES_MAX } from "../../../protocol/limits.ts";
import { PROBLEMS, type Problem } from "../../../protocol/problem.ts";
import { ALWAYS, PROBLEM_TYPE, writeProblem } from "./answer.ts";
import type { Inflow } from "./inflow.ts";

export class BrokenHttp {
	readonly #inflow: Inflow;
	readonly #closing = new WeakSet<Socket>();

	constructor(inflow: Inflow) {
		this.#inflow = inflow;
	}

	answer(error: NodeJS.ErrnoException, socket: Socket): void {
		const flow = this.#inflow.flowOf(socket);
		// TLS was never established, so the client could not read a word.
		if (flow === undefined) return void socket.destroy();
		flow.stop();
		const isOver = !socket.writable || error.code === "ECONNRESET";
		if (isOver || socket.bytesRead === 0) {
			socket.destroySoon();
		} else if (!this.#closeAfterAnswers(socket)) {
			writeTo(socket, brokenHttp[error.code ?? ""] ?? notHttp);
			socket.destroySoon();
		}
	}

	/** Closes the socket behind the answers under way; false if there are none, so that one may be sent. */
	#closeAfterAnswers(socket: Socket): boolean {
		const flow = this.#inflow.flowOf(socket);
		if (flow !== undefined && [...flow.open].some(isUnderWay)) {
			this.#closing.add(socket);
			flow.onAnswered = () => this.#closeAfterAnswers(socket);
		} else if (this.#closing.has(socket)) socket.destroySoon();
		return this.#closing.has(socket);
	}
}

/**
 * A request whose body has not fully arrived has no answer yet: the broken part is the
 * request itself.
 */
function isUnderWay({ req, headersSent, closed }: ServerResponse): boolean {
	return !closed && (req.complete || headersSent);
}

function writeTo(socket: Socket, problem: Problem): void {
	const text = writeProblem(problem);
	const [status, title] = PROBLEMS[problem.code];
	const headers = Object.entries({
		"content-type": PROBLEM_TYPE,
		"content-length": Buffer.byteLength(text),
		connection: "close",
		...ALWAYS,
	}).map(([name, value]) => `${name}: ${value}\r\n`);
	socket.write(`HTTP/1.1 ${status} ${title}\r\n${headers.join("")}\r\n${text}`);
}

const notHttp: Problem = {
	code: "invalid",
	detail: "The request is not well-formed HTTP/1.1.",
};
const brokenHttp: Readonly<Record<string, Problem>> = {
	HPE_HEADER_OVERFLOW: {
		code: "headers_too_large",
		detail: `The address and headers together may have ${HEADER_BYTES_MAX} bytes.`,
	},
	ERR_HTTP_REQUEST_TIMEOUT: {
		code: "timeout",
		detail: "The request took too long to come; send it again.",
	},
};
