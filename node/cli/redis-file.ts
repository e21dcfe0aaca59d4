/**
 * `--redis-file`: the address of Redis from a file, so that its password is neither among
 * the arguments of a process nor in its environment.
 */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { REDIS_FILE_BYTES_MAX } from "../../protocol/limits.ts";
import { ConfigError } from "../options.ts";
import type { FlagValues } from "./flags.ts";
import type { NodeFlag } from "./node-flags.ts";

/**
 * The flags, with the address in place of the file's name. @throws ConfigError, which
 * reveals nothing of what is in the file
 */
export function withRedisFile(
	flags: FlagValues<NodeFlag>,
	folder: string,
): FlagValues<NodeFlag> {
	const file = flags.text("redis-file");
	if (file === undefined) return flags;
	const given = flags.text("redis");
	const { text: path, from } = file;
	if (given !== undefined)
		throw new ConfigError(
			`${from} and ${given.from} both say where Redis is; give one of them.`,
		);
	return flags.with("redis", {
		text: readAddressIn(resolve(folder, path), `${from} ${path}`),
		from: `${from} ${path}`,
	});
}

function readAddressIn(path: string, from: string): string {
	let text: string;
	try {
		const { size } = statSync(path);
		if (size > REDIS_FILE_BYTES_MAX)
			throw new ConfigError(
				`${from} has more than ${REDIS_FILE_BYTES_MAX} bytes; it should hold the address of Redis, and nothing else.`,
			);
		text = readFileSync(path, "utf8").trim();
	} catch (error) {
		if (error instanceof ConfigError) throw error;
		const { code = "unknown" } = error as NodeJS.ErrnoException;
		throw new ConfigError(
			`${from} cannot be read: ${code}; it should hold the address of Redis.`,
			error,
		);
	}
	if (text === "" || /\s/.test(text))
		throw new ConfigError(
			`${from} should hold the address of Redis on one line, and nothing else.`,
		);
	return text;
}
