/** The outflow of a node without a server: its answers are sent by hand, and are seen to go out. */
import type { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { CutOffs } from "../../node/http/door/cut-offs.ts";
import { Outflow } from "../../node/http/door/outflow.ts";
import type { Refusal } from "../../node/http/door/refusal.ts";
import { UNSENT_MIDDLE_BYTES } from "../../protocol/limits.ts";
import type { VirtualClock } from "../clock.ts";
import { FakeReply, requestOf } from "./http-reply.ts";

/** The size of a long answer. */
export const LONG = UNSENT_MIDDLE_BYTES + 1;

export interface Sent {
	readonly reply: FakeReply;
	/** Undefined while it waits. */
	payload: string | Readable | undefined;
	readonly isGone: boolean;
}

function countsOf(cutOffs: CutOffs): object {
	const readings = [...cutOffs.readings()];
	return Object.fromEntries(
		readings.map(({ labels, value }) => [labels?.reason, value]),
	);
}

export function outflowOn(clock: VirtualClock) {
	type Done = (error: null, payload?: string | Readable) => void;
	type Hook = (
		request: object,
		reply: object,
		text: string,
		done: Done,
	) => void;
	let hook: Hook = () => {};
	const app = { addHook: (_name: string, added: Hook) => (hook = added) };
	const told: object[] = [];
	const quiet = () => {};
	const log = {
		...{ debug: quiet, info: quiet, error: quiet },
		warn: (fields: object) => told.push(fields),
	};
	const cutOffs = new CutOffs(clock, log);
	const access = { refusal: undefined as Refusal | undefined };
	const outflow = new Outflow(clock, cutOffs, () => access.refusal);
	outflow.watch(app as unknown as FastifyInstance);
	/** What becomes of an answer that is this text, or of so many bytes. */
	const send = (
		what: number | string,
		reply = new FakeReply(),
		url = "/a",
		method = "GET",
	): Sent => {
		const text = typeof what === "string" ? what : "x".repeat(what);
		const sent = {
			...{ reply, payload: undefined as Sent["payload"] },
			get isGone(): boolean {
				return this.payload !== undefined;
			},
		};
		hook(
			requestOf(reply, url, method),
			reply,
			text,
			(_error, payload = text) => {
				sent.payload = payload;
			},
		);
		return sent;
	};
	const counts = () => countsOf(cutOffs);
	/** Of several answers, one after the other in turns of their own. */
	const sendAll = async (...bytes: readonly number[]): Promise<Sent[]> => {
		const sent: Sent[] = [];
		for (const each of bytes) {
			sent.push(send(each));
			await clock.runFor(0);
		}
		return sent;
	};
	return { outflow, access, send, sendAll, told, counts };
}
