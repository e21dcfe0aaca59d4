/**
 * Agreement: a node asks the store whether it is the cluster's store, and goes on asking
 * until it gets an answer. Nothing may be scheduled before that: a node with another
 * number of shards would put tasks where nobody looks for them.
 *
 * A new cluster gets the number of shards of the node that comes first. But a store may
 * also be empty because it has lost everything while nodes run: their pulses restore
 * their number within a second. So this node's number becomes the cluster's only after
 * the store has been empty for STORE_EMPTY_MS, without a moment in which it was away. A
 * store with sessions or tasks and no number gets it from those nodes, or this node is
 * refused.
 *
 * Empty for that time means empty at each question, and one is asked every STORE_RETRY_MS. A
 * store that pulses fill and somebody empties again between two questions passes for empty;
 * to pass for it all that time, it has to be emptied that quickly after every pulse.
 *
 * It asks again when the store comes back, and after a moment in any case. A store that
 * is there and takes no writes (replicas missing, a full disk, a script that hangs) keeps
 * the connection open, so no change of the connection shows when it takes writes again.
 */
import { STORE_EMPTY_MS, STORE_RETRY_MS } from "../../protocol/limits.ts";
import {
	type Agreement,
	type Clock,
	type Log,
	StoreError,
	type StoreMismatch,
} from "../ports.ts";

export interface AgreementParts {
	readonly store: {
		readonly up: boolean;
		onChange(listener: (up: boolean) => void): void;
		/**
		 * Asks the store. @throws StoreError if it cannot agree now; any other error means
		 * that the node does not fit
		 */
		agreeOnShards(mayMake: boolean): Promise<Agreement>;
		/** The error to throw if the answer stays `used`. */
		numberIsLost(): StoreMismatch;
	};
	readonly clock: Clock;
	readonly log: Log;
	readonly node: {
		/** Whether the node no longer wants to know. */
		readonly isStopping: boolean;
	};
}

/** Since when the store has had no number, and in which way. */
interface Lack {
	readonly what: Exclude<Agreement, "agreed">;
	readonly sinceMs: number;
}

/**
 * Agrees with the store. Resolves with true once agreed, with false if the node stops before.
 *
 * @throws what `agreeOnShards` throws, except a `StoreError`
 */
export async function agree(parts: AgreementParts): Promise<boolean> {
	const { store, clock, log, node } = parts;
	let wake = () => {};
	let lack: Lack | undefined;
	store.onChange((up) => {
		lack = undefined;
		if (up) wake();
	});
	let told = "";
	while (!node.isStopping) {
		const nowMs = clock.monoMs();
		const isSure = lack !== undefined && nowMs - lack.sinceMs >= STORE_EMPTY_MS;
		try {
			const mayMake = isSure && lack?.what === "empty";
			const what = await store.agreeOnShards(mayMake);
			if (what === "agreed") return !node.isStopping;
			if (isSure && what === "used" && lack?.what === what)
				throw store.numberIsLost();
			if (lack?.what !== what) lack = { what, sinceMs: nowMs };
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			lack = undefined;
			// A store that is away is reported where the connection is watched.
			if (store.up && error.message !== told) {
				told = error.message;
				log.warn(
					{ why: error.message },
					"the store does not answer as it should yet",
				);
			}
		}
		const leftMs = (lack?.sinceMs ?? nowMs) + STORE_EMPTY_MS - clock.monoMs();
		await new Promise<void>((resolve) => {
			const ms = Math.max(0, Math.min(STORE_RETRY_MS, leftMs));
			const timer = clock.after(ms, resolve);
			wake = () => {
				timer.cancel();
				resolve();
			};
		});
	}
	return false;
}
