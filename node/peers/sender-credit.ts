/**
 * SenderCredit: how much of what a peer says this node acts on.
 *
 * Whoever is registered may announce what it likes, and each announcement that is
 * believed costs something: time to find out whose turn it is, and a question to the
 * store. So each sender has two budgets, which refill with time:
 *
 *     attention   for finding turns, counted in nodes that are weighed
 *     credit      for questions to the store: each costs one, and one that finds tasks
 *                 brings RUMOUR_WORTH back
 *
 * A node that tells the truth keeps its credit full: for each node that comes too late,
 * another one does not. A node that floods is left with RUMOUR_CREDIT_PER_S. The sweep
 * finds what is not heeded, as it finds everything.
 */
import {
	HEED_PER_S,
	PEERS_MAX,
	RUMOUR_CREDIT_MAX,
	RUMOUR_CREDIT_PER_S,
	RUMOUR_WORTH,
} from "../../protocol/limits.ts";

interface Account {
	attention: number;
	credit: number;
	/** When both budgets were last refilled. */
	atMs: number;
}

export class SenderCredit {
	readonly #accounts = new Map<string, Account>();

	/** Whether the sender has attention left for a turn among so many nodes; if so, takes it. */
	heed(from: string, nodes: number, nowMs: number): boolean {
		const account = this.#refilled(from, nowMs);
		if (account.attention <= 0) return false;
		account.attention -= nodes;
		return true;
	}

	/** Whether the sender has credit for one more question; if so, takes it. */
	spend(from: string, nowMs: number): boolean {
		const account = this.#refilled(from, nowMs);
		if (account.credit < 1) return false;
		account.credit -= 1;
		return true;
	}

	/** A question that the sender brought about has found tasks. */
	proved(from: string, nowMs: number): void {
		const account = this.#refilled(from, nowMs);
		account.credit = Math.min(account.credit + RUMOUR_WORTH, RUMOUR_CREDIT_MAX);
	}

	#refilled(from: string, nowMs: number): Account {
		const account = this.#accounts.get(from) ?? this.#open(from, nowMs);
		const seconds = (nowMs - account.atMs) / 1_000;
		account.atMs = nowMs;
		account.attention = Math.min(
			account.attention + seconds * HEED_PER_S,
			HEED_PER_S,
		);
		account.credit = Math.min(
			account.credit + seconds * RUMOUR_CREDIT_PER_S,
			RUMOUR_CREDIT_MAX,
		);
		return account;
	}

	/**
	 * Opens an account. There are no more than there may be peers: the sender heard least
	 * lately is discarded.
	 */
	#open(from: string, atMs: number): Account {
		if (this.#accounts.size >= PEERS_MAX) {
			const [oldest] = [...this.#accounts].sort(
				([, a], [, b]) => a.atMs - b.atMs,
			);
			this.#accounts.delete(oldest?.[0] ?? "");
		}
		const account = {
			attention: HEED_PER_S,
			credit: RUMOUR_CREDIT_MAX,
			atMs,
		};
		this.#accounts.set(from, account);
		return account;
	}
}
