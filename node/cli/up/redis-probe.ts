/**
 * One question to a Redis server on this machine, in the simplest form of its protocol:
 * `up` has to know whether the server that it starts is ready, and whether one that it
 * finds is its own. This is not a client; that is `store/`.
 */
import { connect } from "node:net";
import { REDIS_PROBE_MS } from "../../../protocol/limits.ts";

export type Probe =
	/** Nobody listens on the port. */
	| { readonly kind: "closed" }
	/** Something listens on the port, and says nothing. */
	| { readonly kind: "silent" }
	/** Another program answers, or a Redis that wants a password. */
	| { readonly kind: "stranger" }
	| {
			readonly kind: "redis";
			/** The absolute path of its configuration; "" if it runs without one. */
			readonly configFile: string;
			readonly pid: number;
			/** Whether it is still reading its data, and takes no commands yet. */
			readonly loading: boolean;
			/** The number of connections besides the asking one. */
			readonly clients: number;
	  };

export async function probeRedis(port: number): Promise<Probe> {
	const { kind, text } = await ask(
		port,
		"INFO server clients persistence",
		(t) => /\r\nloading:\d/.test(t),
	);
	if (kind !== "answered") return { kind };
	const field = (name: string) =>
		new RegExp(`\\r\\n${name}:(.*)\\r\\n`).exec(text)?.[1];
	const configFile = field("config_file");
	if (configFile === undefined) return { kind: "stranger" };
	return {
		kind: "redis",
		configFile,
		pid: Number(field("process_id")),
		loading: field("loading") !== "0",
		clients: Number(field("connected_clients")) - 1,
	};
}

/** Tells a server to save everything and end; it does not answer. */
export async function shutDownRedis(port: number): Promise<void> {
	await ask(port, "SHUTDOWN", () => false);
}

interface Answer {
	readonly kind: "answered" | "closed" | "silent";
	readonly text: string;
}

/** Sends one command and reads until the answer is `complete`, the connection fails or ends, or time is up. */
function ask(
	port: number,
	command: string,
	complete: (text: string) => boolean,
): Promise<Answer> {
	const { promise, resolve } = Promise.withResolvers<Answer>();
	let text = "";
	const socket = connect({ port, host: "127.0.0.1" });
	const end = (kind: Answer["kind"]) => {
		socket.destroy();
		resolve({ kind, text });
	};
	socket.setEncoding("utf8");
	socket.setTimeout(REDIS_PROBE_MS, () => end("silent"));
	socket.on("connect", () => socket.write(`${command}\r\n`));
	socket.on("data", (chunk: string) => {
		text += chunk;
		if (complete(text) || !text.startsWith("$")) end("answered");
	});
	// Refused or reset: whatever was there is not there (any more).
	socket.on("error", () => end("closed"));
	socket.on("end", () => end("closed"));
	return promise;
}
