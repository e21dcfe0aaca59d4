/**
 * The socket on which systemd hears its services. Node.js opens no Unix datagram sockets,
 * so this calls the system's own functions (`node:ffi`), and needs no library of systemd:
 * the protocol is one datagram a message, see sd_notify(3). It never waits: a message for
 * which there is no room is reported as not taken.
 */
import type { ServiceManager } from "../ports.ts";

/** What a service finds in its environment. */
export interface ServicePlace {
	/** The path of the socket, or a name that begins with `@` for one without a file. */
	readonly socket: string;
	readonly watchdogMs?: number;
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
/** Processes that tasks start do not inherit the socket. */
const SOCK_CLOEXEC = 0o2000000;
/** MSG_DONTWAIT and MSG_NOSIGNAL: a send neither waits nor ends the process by a signal. */
const SEND_FLAGS = 0x40 | 0x4000;
/** The size of the family in `sockaddr_un`, before a name of 108 bytes with its end. */
const FAMILY_BYTES = 2;
const NAME_BYTES_MAX = 107;

/** Opens the socket. @throws Error with one clause that says why it cannot be used */
export function openNotifySocket({
	socket,
	watchdogMs,
}: ServicePlace): ServiceManager {
	const address = addressOf(socket);
	const system = loadSystem();
	const fd = system.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) throw new Error("the system gives no socket");
	return {
		watchdogMs,
		tell(assignments) {
			const bytes = Buffer.from(assignments);
			const message = [bytes, BigInt(bytes.length), SEND_FLAGS] as const;
			return system.sendto(fd, ...message, address, address.length) >= 0n;
		},
		close: () => void system.close(fd),
	};
}

function addressOf(socket: string): Buffer {
	const name = Buffer.from(socket);
	if (!/^[/@]./.test(socket) || name.length > NAME_BYTES_MAX)
		throw new Error(
			`it is neither an absolute path nor begins with @, or has more than ${NAME_BYTES_MAX} bytes`,
		);
	const isFile = socket.startsWith("/");
	// The name of a socket without a file begins with a zero, and ends with its last byte.
	if (!isFile) name[0] = 0;
	const address = Buffer.alloc(FAMILY_BYTES + name.length + (isFile ? 1 : 0));
	new Uint16Array(address.buffer, address.byteOffset, 1)[0] = AF_UNIX;
	name.copy(address, FAMILY_BYTES);
	return address;
}

interface System {
	socket(family: number, type: number, protocol: number): number;
	sendto(...args: [number, Buffer, bigint, number, Buffer, number]): bigint;
	close(fd: number): number;
}

const SENDTO = [
	"int32",
	"pointer",
	"uint64",
	"int32",
	"pointer",
	"uint32",
] as const;

function loadSystem(): System {
	const { DynamicLibrary } = withoutWarning(() =>
		process.getBuiltinModule("node:ffi"),
	);
	const library = new DynamicLibrary(null);
	return library.getFunctions({
		socket: { arguments: ["int32", "int32", "int32"], return: "int32" },
		sendto: { arguments: [...SENDTO], return: "int64" },
		close: { arguments: ["int32"], return: "int32" },
	}) as unknown as System;
}

/** Loads a part of Node.js without the warning that it may change, which is of no use to a user. */
function withoutWarning<T>(load: () => T): T {
	const listeners = process.listeners("warning");
	process.removeAllListeners("warning");
	// The warning comes after this tick's code, and so before what is asked for now.
	try {
		return load();
	} finally {
		process.nextTick(() => {
			for (const listener of listeners) process.on("warning", listener);
		});
	}
}
