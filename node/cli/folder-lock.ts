/**
 * One program at a time in a folder: two nodes with one key would supersede each other
 * for ever, and two Redis servers with one log would ruin it.
 *
 * The lock is the kernel's and ends with the process, however that ends, so nothing stale
 * is left to clean up. Node.js has no `flock`; SQLite, which is part of it, takes such a
 * lock for an exclusive transaction, and the database file is for nothing else.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ConfigError } from "../options.ts";
import { makeFolder } from "./folder.ts";

const SQLITE_BUSY = 5;

/** The words for the user. */
export interface LockTexts {
	/** One sentence for when another process holds the folder. */
	readonly taken: string;
	/** The end of a sentence: what to do if the folder cannot be used. */
	readonly advice: string;
}

/**
 * Creates the folder if it is missing, and holds it until disposed of. @throws
 * ConfigError if another process holds it, or nobody can.
 */
export function lockFolder(
	folder: string,
	{ taken, advice }: LockTexts,
): Disposable {
	makeFolder(folder, advice);
	const path = join(folder, "lock");
	let database: DatabaseSync | undefined;
	try {
		database = new DatabaseSync(path, { timeout: 0 });
		database.exec("BEGIN EXCLUSIVE");
		return database;
	} catch (error) {
		database?.close();
		const { errcode, message } = error as Error & { errcode?: number };
		if (errcode === SQLITE_BUSY) throw new ConfigError(taken, error);
		throw new ConfigError(
			`The file ${path} cannot be locked (${message}); ${advice}.`,
			error,
		);
	}
}
