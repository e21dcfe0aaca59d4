/**
 * The state of a shard in Redis: the `ShardLive` port. `lua/live/` says what a step does.
 */
import type { SessionName } from "../../protocol/lease.ts";
import type {
	HeldAttempt,
	HoldersReply,
	LiveHead,
	LiveLook,
	LiveSample,
	LiveSession,
	ShardLive,
} from "../ports.ts";
import { settled } from "./replies.ts";
import type { ShardScripts } from "./shard-scripts.ts";

const SESSION_STRIDE = 3;

export class RedisLive implements ShardLive {
	readonly #scripts: ShardScripts;
	/** The scripts over a connection of their own, so that kilobytes of answers keep no lease waiting. */
	readonly #reading: ShardScripts;

	constructor(scripts: ShardScripts, reading: ShardScripts) {
		this.#scripts = scripts;
		this.#reading = reading;
	}

	async look(afterMs: number): Promise<LiveLook> {
		const { shards } = this.#reading;
		const reply = settled(await this.#reading.run("look", shards, afterMs));
		const [now, pending, started, ended, failed, samples, sessions] = reply as [
			...[string, number, number, string, number],
			...[string[], (string | number)[]],
		];
		return {
			...{ nowMs: Number(now), ended: Number(ended) },
			...{ pending, started, failed },
			samples: samples.map(decodeSample),
			sessions: decodeSessions(sessions),
		};
	}

	async sample({
		slots,
		oldestMs,
	}: Pick<LiveSample, "slots" | "oldestMs">): Promise<boolean> {
		const args = [this.#scripts.shards, slots, oldestMs ?? "-"];
		return settled(await this.#scripts.run("sample", ...args)) === 1;
	}

	async holders(sessions: readonly SessionName[]): Promise<HoldersReply> {
		const args = [this.#reading.shards, ...sessions];
		const reply = settled(await this.#reading.run("holders", ...args));
		const [looked, ...flat] = reply as [number, ...string[]];
		const attempts: HeldAttempt[] = [];
		for (let i = 0; i + 1 < flat.length; i += 2)
			attempts.push(...decodeHolder(flat[i] as string, flat[i + 1] as string));
		return { attempts, looked };
	}

	async heads(ids: readonly string[]): Promise<(LiveHead | undefined)[]> {
		const { shards } = this.#reading;
		const reply = settled(await this.#reading.run("heads", shards, ...ids));
		return (reply as string[]).map((head) => {
			const [round, route] = head.split(" ");
			return route === undefined ? undefined : { round: Number(round), route };
		});
	}
}

function decodeSample(line: string): LiveSample {
	const [atMs, pending, started, slots, ended, failed, oldest] =
		line.split(" ");
	return {
		...{ atMs: Number(atMs), pending: Number(pending) },
		...{ started: Number(started), slots: Number(slots) },
		...{ ended: Number(ended), failed: Number(failed) },
		oldestMs: oldest === "-" ? undefined : Number(oldest),
	};
}

function decodeSessions(flat: readonly (string | number)[]): LiveSession[] {
	const sessions: LiveSession[] = [];
	for (let i = 0; i < flat.length; i += SESSION_STRIDE) {
		const [session, expires, running] = flat.slice(i, i + SESSION_STRIDE);
		sessions.push({
			session: String(session),
			...{ expiresMs: Number(expires), running: Number(running) },
		});
	}
	return sessions;
}

const HOLDER = /^(\d+) (\d+) (\d+)[^ ]* \d+ [^ ]+ (.+)$/;

/** Decodes an attempt of the holders; nothing for what was written by hand. */
function decodeHolder(id: string, held: string): HeldAttempt[] {
	const [, token, attempt, claimed, session] = HOLDER.exec(held) ?? [];
	if (session === undefined) return [];
	const numbers = { token: Number(token), attempt: Number(attempt) };
	return [{ id, ...numbers, claimedMs: Number(claimed), session }];
}
