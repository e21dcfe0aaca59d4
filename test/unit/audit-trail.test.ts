/** AuditTrail: where it is recorded who did what. */
import { expect, test } from "vitest";
import { AuditTrail } from "../../node/answers/audit-trail.ts";
import { type AuditRecord, StoreError } from "../../node/ports.ts";
import { AUDIT_BYTES_MAX } from "../../protocol/limits.ts";

const RECORD: AuditRecord = {
	...{ by: "ops", from: "10.0.0.7", operation: "drainNode" },
	...{ target: "node-2", outcome: "done", status: 202 },
};

function trailOf(audit: (line: string) => Promise<void>) {
	const lines: object[] = [];
	const note = (fields: object) => void lines.push(fields);
	const log = { debug: note, info: note, warn: note, error: note };
	return { lines, trail: new AuditTrail(log, { audit }) };
}

test("an act is a line of the log, and an event", () => {
	const told: string[] = [];
	const { lines, trail } = trailOf(async (line) => void told.push(line));
	trail.audited(RECORD);
	expect(lines).toEqual([{ audit: RECORD }]);
	expect(told.map((line) => JSON.parse(line))).toEqual([RECORD]);
});

test("an act while the store is away is a line of the log all the same", async () => {
	const away = new StoreError("unreachable", "away");
	const { lines, trail } = trailOf(() => Promise.reject(away));
	trail.audited(RECORD);
	await new Promise((resolve) => setImmediate(resolve));
	expect(lines).toEqual([{ audit: RECORD }, { err: away }]);
});

test("an act that is too long for an event is a line of the log alone", () => {
	const { lines, trail } = trailOf(() => expect.unreachable());
	trail.audited({ ...RECORD, target: "x".repeat(AUDIT_BYTES_MAX) });
	expect(lines).toHaveLength(1);
});
