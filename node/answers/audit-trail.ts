/**
 * AuditTrail: the one place through which it is told who did what, besides reading and
 * submitting. Each is a line of the log, whatever else becomes of it.
 */
import type { Audit, AuditRecord, Log } from "../ports.ts";

export class AuditTrail implements Audit {
	readonly #log: Log;

	constructor(log: Log) {
		this.#log = log;
	}

	audited(record: AuditRecord): void {
		this.#log.info({ audit: record }, "an operation was asked for");
	}
}
