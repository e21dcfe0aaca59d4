import { expect, test } from "vitest";
import { formatLogLine } from "../../node/cli/up/log-line.ts";

const entry = (fields: object) => JSON.stringify({ time: 1, ...fields });

test("routine lines of a node's log stay in its file", () => {
	expect(formatLogLine(entry({ level: 20, msg: "looked" }))).toBeUndefined();
	expect(formatLogLine(entry({ level: 30, msg: "ready" }))).toBeUndefined();
	expect(formatLogLine("")).toBeUndefined();
});

test("warnings and errors are shown in words, with their details", () => {
	expect(
		formatLogLine(entry({ level: 40, msg: "lease lost", epoch: 3, who: "x" })),
	).toBe("warning: lease lost (epoch=3, who=x)");
	const err = { type: "Error", message: "no route", stack: "…" };
	expect(formatLogLine(entry({ level: 50, msg: "cannot dial", err }))).toBe(
		"error: cannot dial (no route)",
	);
});

test("the last words of a program that failed are shown as they are", () => {
	for (const line of [
		"hearsay: Port 1 is in use.",
		"{ not: json",
		"    at f",
	]) {
		expect(formatLogLine(line)).toBe(line);
	}
});
