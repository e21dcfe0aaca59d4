/**
 * Tells new messages from repeats, by what their sender counts: `(epoch, seq)`.
 *
 * For each sender it keeps the newest epoch, the highest number in it, and a bit for each
 * of the REPLAY_WINDOW numbers up to that one. A message passes once. A message before
 * the window, or in an earlier epoch, is old and does not pass. (The window of IPsec, RFC
 * 4303 3.4.3.)
 *
 * A sender that said nothing new for SENDER_FORGOTTEN_MS starts afresh. Epochs come from
 * the store, and a store that lost its data counts from one again; without this, its
 * nodes would never be heard again.
 */
import { REPLAY_WINDOW, SENDER_FORGOTTEN_MS } from "../../protocol/limits.ts";

interface Sender {
	epoch: number;
	highest: number;
	/** Bit i is set if the number `highest - i` has come. */
	seen: bigint;
	newsMs: number;
}

const MASK = (1n << BigInt(REPLAY_WINDOW)) - 1n;

export class ReplayWindow {
	readonly #senders = new Map<string, Sender>();

	/** Whether the message is new; notes it. */
	admits(from: string, epoch: number, seq: number, nowMs: number): boolean {
		const sender = this.#senders.get(from);
		if (
			sender === undefined ||
			epoch > sender.epoch ||
			nowMs - sender.newsMs >= SENDER_FORGOTTEN_MS
		) {
			this.#senders.set(from, { epoch, highest: seq, seen: 1n, newsMs: nowMs });
			return true;
		}
		if (epoch < sender.epoch) return false;
		const ahead = seq - sender.highest;
		if (ahead > 0) {
			sender.seen =
				ahead < REPLAY_WINDOW
					? ((sender.seen << BigInt(ahead)) | 1n) & MASK
					: 1n;
			sender.highest = seq;
			sender.newsMs = nowMs;
			return true;
		}
		if (-ahead >= REPLAY_WINDOW) return false;
		const bit = 1n << BigInt(-ahead);
		if ((sender.seen & bit) !== 0n) return false;
		sender.seen |= bit;
		return true;
	}

	/** Discards all senders but these. */
	keep(senders: ReadonlySet<string>): void {
		for (const from of this.#senders.keys()) {
			if (!senders.has(from)) this.#senders.delete(from);
		}
	}
}
