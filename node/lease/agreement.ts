/**
 * Agreement: a node asks the store whether it is the cluster's, and goes on
 * asking until it is told. Nothing may be scheduled before, since a node with
 * another number of shards would put tasks where nobody looks for them.
 *
 * A cluster that is new gets the number of the node that comes first. But a store may also be
 * empty because it has lost everything, under nodes that run: their pulses put their number
 * back within a second. So this node's becomes the cluster's only when the store has been
 * empty for STORE_EMPTY_MS, without a moment in which it was away. A store with sessions or
 * tasks and no number gets it from those nodes, or this one is refused.
 *
 * Asks again when the store comes back, and after a moment in any case: a store
 * that is there and takes no writes (replicas missing, a disk full, a script
 * that hangs) keeps the connection open, so that no change of it tells when it
 * takes them again.
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
		/** @throws StoreError where it cannot be had now; else, the node does not fit. */
		agreeOnShards(mayMake: boolean): Promise<Agreement>;
		/** What to throw where it stays `used`. */
		numberIsLost(): StoreMismatch;
	};
	readonly clock: Clock;
	readonly log: Log;
	readonly node: {
		/** It no longer wants to know. */
		readonly isStopping: boolean;
	};
}

/** Since when the store has had no number, and in which way. */
interface Lack {
	readonly what: Exclude<Agreement, "agreed">;
	readonly sinceMs: number;
}

/**
 * Resolves with true once agreed, with false when the node stops before.
 *
 * @throws what `agreeOnShards` does, but for a `StoreError`.
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
			// One that is away is told of where the connection is watched.
			if (store.up && error.message !== told) {
				told = error.message;
				log.warn({ err: error }, "the store does not answer as it should yet");
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
