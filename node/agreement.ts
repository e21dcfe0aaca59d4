/**
 * Agreement: a node asks the store whether it is the cluster's, and goes on
 * asking until it is told. Nothing may be scheduled before, since a node with
 * another number of shards would put tasks where nobody looks for them.
 *
 * Asks again when the store comes back, and after a moment in any case: a store
 * that is there and takes no writes (replicas missing, a disk full, a script
 * that hangs) keeps the connection open, so that no change of it tells when it
 * takes them again.
 */
import { STORE_RETRY_MS } from "../protocol/limits.ts";
import { type Clock, type Log, StoreError } from "./ports.ts";

export interface AgreementParts {
	readonly store: {
		readonly up: boolean;
		onChange(listener: (up: boolean) => void): void;
		/** @throws StoreError where it cannot be had now; else, the node does not fit. */
		agreeOnShards(): Promise<void>;
	};
	readonly clock: Clock;
	readonly log: Log;
	/** The node is stopping, and no longer wants to know. */
	readonly isStopping: () => boolean;
}

/**
 * Resolves with true once agreed, with false when the node stops before.
 *
 * @throws what `agreeOnShards` does, but for a `StoreError`.
 */
export async function agree(parts: AgreementParts): Promise<boolean> {
	const { store, clock, log, isStopping } = parts;
	let wake = () => {};
	store.onChange((up) => {
		if (up) wake();
	});
	let told = "";
	while (!isStopping()) {
		try {
			await store.agreeOnShards();
			return !isStopping();
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			// One that is away is told of where the connection is watched.
			if (store.up && error.message !== told) {
				told = error.message;
				log.warn({ err: error }, "the store does not answer as it should yet");
			}
		}
		await new Promise<void>((resolve) => {
			const timer = clock.after(STORE_RETRY_MS, resolve);
			wake = () => {
				timer.cancel();
				resolve();
			};
		});
	}
	return false;
}
