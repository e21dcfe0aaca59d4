/**
 * AuditTrail: the one place that records who did what, apart from reads and submissions.
 * Each record is a line of the log, whatever else becomes of it, and an event of the
 * first shard if the store can be had.
 */
import { AUDIT_BYTES_MAX } from "../../protocol/limits.ts";
import {
	type Audit,
	type AuditRecord,
	type Log,
	type ShardEvents,
	StoreError,
} from "../ports.ts";

export class AuditTrail implements Audit {
	readonly #log: Log;
	readonly #events: Pick<ShardEvents, "audit">;

	constructor(log: Log, events: Pick<ShardEvents, "audit">) {
		this.#log = log;
		this.#events = events;
	}

	audited(record: AuditRecord): void {
		this.#log.info({ audit: record }, "an operation was asked for");
		void this.#note(JSON.stringify(record));
	}

	async #note(line: string): Promise<void> {
		// Names, ids and addresses are short. If something is not, only the log has it.
		if (Buffer.byteLength(line) > AUDIT_BYTES_MAX) return;
		try {
			await this.#events.audit(line);
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			this.#log.debug({ err: error }, "an operation is no event");
		}
	}
}
