/**
 * The configuration of the local cluster's Redis. It also remembers the port from one
 * `up` to the next: nodes that joined by hand find the server again, and the next `up`
 * knows where to look for a server that was left behind.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

export interface RedisFiles {
	readonly config: string;
	readonly data: string;
	readonly log: string;
}

export function redisFiles(folder: string): RedisFiles {
	return {
		config: join(folder, "redis.conf"),
		data: join(folder, "redis"),
		log: join(folder, "redis.log"),
	};
}

/**
 * The text of the configuration. With `everysec`, a crash of this machine may lose the last
 * second or two, and so may a crash of Redis itself while its disk is slow; crashes of nodes
 * lose nothing.
 */
function formatConfig(files: RedisFiles, port: number): string {
	return `# Written by \`hearsay up\` at every start; changes are lost.
bind 127.0.0.1
port ${port}
daemonize no
dir ${JSON.stringify(files.data)}
logfile ${JSON.stringify(files.log)}
save ""
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
`;
}

export function writeConfig(files: RedisFiles, port: number): void {
	writeFileSync(files.config, formatConfig(files, port));
}

/** Last time's port; undefined if there has been no `up` in this folder yet. */
export function rememberedPort(files: RedisFiles): number | undefined {
	let text: string;
	try {
		text = readFileSync(files.config, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
		throw error;
	}
	const port = /^port (\d+)$/m.exec(text)?.[1];
	return port === undefined ? undefined : Number(port);
}

/**
 * A port that is free now. Another program may take it first; that shows at the start.
 */
export async function freePort(): Promise<number> {
	const { promise, resolve, reject } = Promise.withResolvers<number>();
	const server = createServer();
	server.on("error", reject);
	server.listen(0, "127.0.0.1", () => {
		const address = server.address();
		server.close(() => resolve((address as { port: number }).port));
	});
	return promise;
}
