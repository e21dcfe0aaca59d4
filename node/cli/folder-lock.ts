/**
 * One program at a time in a folder: two nodes with one key would supersede
 * each other for ever, two Redis servers with one log would ruin it.
 *
 * The lock is the kernel's and ends with the process, however it ends, so
 * there is nothing stale to clean up. Node.js has no `flock`; SQLite, which it
 * carries, takes such a lock for an exclusive transaction, and that is all the
 * database file is for.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ConfigError } from "../options.ts";

const SQLITE_BUSY = 5;

/**
 * Makes the folder where it is missing, and holds it until disposed of.
 * @throws ConfigError `message` where another process holds it.
 */
export function lockFolder(folder: string, message: string): Disposable {
	try {
		mkdirSync(folder, { recursive: true, mode: 0o700 });
	} catch (error) {
		throw new ConfigError(
			`The folder ${folder} cannot be made (${(error as NodeJS.ErrnoException).code}); choose one that can be written to.`,
			error,
		);
	}
	const database = new DatabaseSync(join(folder, "lock"), { timeout: 0 });
	try {
		database.exec("BEGIN EXCLUSIVE");
	} catch (error) {
		database.close();
		if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
		throw new ConfigError(message, error);
	}
	return { [Symbol.dispose]: () => database.close() };
}
