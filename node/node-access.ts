/**
 * What a node that starts has to settle before it is asked for anything: which tokens it is
 * given, and whether it may serve others than this machine.
 */
import type { Engine } from "./engine/engine.ts";
import { isLoopback } from "./http/door/guard.ts";
import { ConfigError, type NodeOptions } from "./options.ts";
import type { Log } from "./ports.ts";
import { systemClock } from "./world/clock.ts";
import { TokenFile } from "./world/token-file.ts";

/** @throws ConfigError */
export function readTokenFile(
	{ tokenFile }: NodeOptions,
	log: Log,
): TokenFile | undefined {
	if (tokenFile === undefined) return undefined;
	try {
		return new TokenFile(tokenFile, systemClock, log);
	} catch (error) {
		const { message } = error as Error;
		throw new ConfigError(`--token-file ${tokenFile}: ${message}.`);
	}
}

/** The flag by which others than this machine reach the node. */
function openBy({
	http: { host },
	publicUrl,
}: NodeOptions): string | undefined {
	if (!isLoopback(host)) return `--http ${host}`;
	if (publicUrl === undefined || isLoopback(new URL(publicUrl).hostname))
		return undefined;
	return `--public-url ${publicUrl}`;
}

/**
 * Resolves when it is known who may ask the node for what.
 * @throws ConfigError for an address that strangers can reach, where they could do everything.
 */
export async function admit(
	options: NodeOptions,
	engine: Engine,
	log: Log,
): Promise<void> {
	await engine.access.known;
	const open = openBy(options);
	if (engine.access.isClosed || open === undefined) return;
	if (options.insecure) {
		log.warn(
			{ open },
			"anyone who reaches this node may do everything, as there are no access tokens",
		);
		return;
	}
	await engine.stop(0);
	throw new ConfigError(
		`${open} would let anyone on the network do everything, as there are no access tokens; make one with "hearsay token create" on a node that listens on 127.0.0.1, or give this one a --token-file, or --insecure if that network can be trusted.`,
	);
}
