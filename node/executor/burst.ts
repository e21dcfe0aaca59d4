/**
 * Bursts as they travel between node and worker: one flat array a message.
 *
 * The two kinds that come by the ten thousand, a job to run and its success, go
 * as their values in a row, which begins with the job's number; all others go
 * as the objects that they are. Cloning fifty jobs from a flat array takes a
 * third less of the node's thread and half of the worker's time than from
 * objects, whose keys are cloned with each (2.0 → 1.3 and 2.1 → 1.0 µs a job).
 */
import type { FromWorker, ToWorker } from "./messages.ts";

type Value = string | number;
export type Burst<Message> = readonly (
	| Value
	| Exclude<Message, { kind: "run" | "success" }>
)[];

export function packToWorker(said: readonly ToWorker[]): Burst<ToWorker> {
	const burst: (Value | Exclude<ToWorker, { kind: "run" }>)[] = [];
	for (const message of said) {
		if (message.kind !== "run") {
			burst.push(message);
			continue;
		}
		const { id, type, payload, token, attempt, priority, createdMs } =
			message.job;
		burst.push(message.number, id, type, payload);
		burst.push(token, attempt, priority, createdMs);
	}
	return burst;
}

export function unpackToWorker(burst: Burst<ToWorker>): ToWorker[] {
	const said: ToWorker[] = [];
	for (let at = 0; at < burst.length; ) {
		const first = burst[at++];
		if (typeof first === "object") {
			said.push(first);
			continue;
		}
		const job = {
			id: burst[at++] as string,
			type: burst[at++] as string,
			payload: burst[at++] as string,
			token: burst[at++] as number,
			attempt: burst[at++] as number,
			priority: burst[at++] as number,
			createdMs: burst[at++] as number,
		};
		said.push({ kind: "run", number: first as number, job });
	}
	return said;
}

export function packFromWorker(said: readonly FromWorker[]): Burst<FromWorker> {
	const burst: (Value | Exclude<FromWorker, { kind: "success" }>)[] = [];
	for (const message of said) {
		if (message.kind === "success") {
			burst.push(message.number, message.result, message.ranMs);
		} else burst.push(message);
	}
	return burst;
}

export function unpackFromWorker(burst: Burst<FromWorker>): FromWorker[] {
	const said: FromWorker[] = [];
	for (let at = 0; at < burst.length; ) {
		const first = burst[at++];
		if (typeof first === "object") {
			said.push(first);
			continue;
		}
		const number = first as number;
		const result = burst[at++] as string;
		said.push({
			kind: "success",
			number,
			result,
			ranMs: burst[at++] as number,
		});
	}
	return said;
}
