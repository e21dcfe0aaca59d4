/**
 * The socket of a service manager, of the test's own: keeps what services tell it, in
 * order. Node.js opens no Unix datagram sockets, so it calls the system's functions.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ffi = process.getBuiltinModule("node:ffi");
const system = new ffi.DynamicLibrary(null).getFunctions({
	socket: { arguments: ["int32", "int32", "int32"], return: "int32" },
	bind: { arguments: ["int32", "pointer", "uint32"], return: "int32" },
	recv: {
		arguments: ["int32", "pointer", "uint64", "int32"],
		return: "int64",
	},
	close: { arguments: ["int32"], return: "int32" },
}) as unknown as {
	socket(family: number, type: number, protocol: number): number;
	bind(fd: number, address: Buffer, length: number): number;
	recv(fd: number, into: Buffer, length: bigint, flags: number): bigint;
	close(fd: number): number;
};
const [AF_UNIX, SOCK_DGRAM, MSG_DONTWAIT] = [1, 2, 0x40];

export class NotifySocket implements Disposable {
	/** For NOTIFY_SOCKET. */
	readonly name: string;
	readonly #folder = mkdtempSync(join(tmpdir(), "hearsay-notify-"));
	readonly #fd: number;
	readonly #messages: string[] = [];
	/** The system keeps ten that were not read, and takes no more then. */
	readonly #reading = setInterval(() => this.messages, 50).unref();

	/** `abstract`: one without a file. */
	constructor(abstract = false) {
		const path = join(this.#folder, "notify");
		this.name = abstract ? `@${path}` : path;
		this.#fd = system.socket(AF_UNIX, SOCK_DGRAM, 0);
		const name = Buffer.from(abstract ? `\0${path}` : `${path}\0`);
		const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), name]);
		if (system.bind(this.#fd, address, address.length) !== 0)
			throw new Error(`no socket at ${this.name}`);
		if (abstract) return;
		// Whoever the service runs as may speak to it.
		chmodSync(this.#folder, 0o755);
		chmodSync(path, 0o777);
	}

	/** All that was told so far. */
	get messages(): readonly string[] {
		const buffer = Buffer.alloc(4_096);
		for (;;) {
			const size = BigInt(buffer.length);
			const length = system.recv(this.#fd, buffer, size, MSG_DONTWAIT);
			if (length < 0n) return this.#messages;
			this.#messages.push(buffer.toString("utf8", 0, Number(length)));
		}
	}

	count(message: string): number {
		return this.messages.filter((each) => each === message).length;
	}

	[Symbol.dispose](): void {
		clearInterval(this.#reading);
		system.close(this.#fd);
		rmSync(this.#folder, { recursive: true });
	}
}
