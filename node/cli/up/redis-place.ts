/**
 * Where the local cluster's Redis is to run: with the files of its folder, on last time's
 * port. If an earlier cluster is still ending there, because its `up` was killed, that is
 * waited for: two servers must not write to the same files, and its nodes still have
 * their ports.
 */
import {
	REDIS_STOP_MS,
	STOP_MARGIN_MS,
	UP_POLL_MS,
} from "../../../protocol/limits.ts";
import { ConfigError } from "../../options.ts";
import type { Clock } from "../../ports.ts";
import { sleep } from "../sleep.ts";
import type { Terminal } from "../terminal.ts";
import {
	freePort,
	type RedisFiles,
	redisFiles,
	rememberedPort,
} from "./redis-config.ts";
import { probeRedis, shutDownRedis } from "./redis-probe.ts";
import { checkRedisInstalled } from "./redis-server.ts";

export interface RedisPlace {
	readonly files: RedisFiles;
	/** A port on which nobody listens. */
	readonly port: number;
}

/**
 * Resolves with the place when nothing of an earlier cluster is left there. `drainMs`: how long
 * its nodes may still need its server. @throws ConfigError if there is no server program,
 * or the folder's server is stuck.
 */
export async function findRedisPlace(
	folder: string,
	drainMs: number,
	clock: Clock,
	terminal: Terminal,
): Promise<RedisPlace> {
	await checkRedisInstalled();
	const files = redisFiles(folder);
	return { files, port: await choosePort(files, drainMs, clock, terminal) };
}

/** Last time's port, once no server of ours is left on it; otherwise a free one. */
async function choosePort(
	files: RedisFiles,
	drainMs: number,
	clock: Clock,
	terminal: Terminal,
): Promise<number> {
	const port = rememberedPort(files);
	if (port === undefined) return freePort();
	let found = await probeRedis(port);
	const isOurs = () =>
		found.kind === "redis" && found.configFile === files.config;
	if (isOurs()) {
		terminal.line("An earlier cluster in this folder is still ending …");
	}
	const patientUntilMs = clock.monoMs() + drainMs + STOP_MARGIN_MS;
	while (isOurs() && clock.monoMs() < patientUntilMs + REDIS_STOP_MS) {
		// Nodes that still drain need it, so it ends with them; without clients
		// nobody is left to end it.
		const alone = found.kind === "redis" && found.clients === 0;
		if (alone || clock.monoMs() > patientUntilMs) await shutDownRedis(port);
		await sleep(clock, UP_POLL_MS);
		found = await probeRedis(port);
	}
	if (isOurs() || found.kind === "silent") {
		throw new ConfigError(
			`The Redis of an earlier cluster in this folder, on port ${port}, does not end; end that process, then start again.`,
		);
	}
	return found.kind === "closed" ? port : freePort();
}
