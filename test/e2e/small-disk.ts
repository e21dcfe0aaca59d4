/**
 * A disk small enough to be filled: a file system in memory, which only processes see
 * that are started into its namespace. It goes with the last of them, however the test
 * ends.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
	mkdtempSync,
	rmdirSync,
	rmSync,
	statfsSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MOUNT = 'mount -t tmpfs -o "size=$1" tmpfs "$0"';

/** Why none can be made here; undefined if one can. */
export function smallDiskTrouble(): string | undefined {
	try {
		execFileSync("unshare", ["--mount", "sh", "-c", MOUNT, tmpdir(), "64k"], {
			stdio: "pipe",
		});
		execFileSync("nsenter", ["--version"], { stdio: "pipe" });
		return undefined;
	} catch (error) {
		const { stderr, message } = error as Error & { stderr?: Buffer };
		return stderr?.toString().trim() || message;
	}
}

export class SmallDisk implements AsyncDisposable {
	/** Its path, for processes that are started with `prefix`. */
	readonly dir: string;
	readonly prefix: readonly string[];
	readonly #holder: ChildProcess;

	static async mount(bytes: number): Promise<SmallDisk> {
		const dir = mkdtempSync(join(tmpdir(), "hearsay-disk-"));
		// `cat` ends when its input does, and so no later than this process.
		const script = `${MOUNT} && echo mounted && exec cat`;
		const holder = spawn(
			"unshare",
			["--mount", "sh", "-c", script, dir, String(bytes)],
			{ stdio: ["pipe", "pipe", "inherit"] },
		);
		await once(holder.stdout, "data");
		return new SmallDisk(dir, holder);
	}

	private constructor(dir: string, holder: ChildProcess) {
		this.dir = dir;
		this.#holder = holder;
		this.prefix = ["nsenter", `--mount=/proc/${holder.pid}/ns/mnt`];
	}

	/** Fills the disk, but for so much. */
	fill(bytesLeft: number): void {
		const { bavail, bsize } = statfsSync(this.#seenFromHere);
		writeFileSync(this.#ballast, Buffer.alloc(bavail * bsize - bytesLeft));
	}

	/** Frees that room again. */
	free(): void {
		rmSync(this.#ballast);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		const ended = once(this.#holder, "exit");
		this.#holder.stdin?.end();
		await ended;
		rmdirSync(this.dir);
	}

	get #seenFromHere(): string {
		return `/proc/${this.#holder.pid}/root${this.dir}`;
	}

	get #ballast(): string {
		return join(this.#seenFromHere, "ballast");
	}
}
