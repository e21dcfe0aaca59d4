/** What a process can report of itself when it may open no more files. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const MODULE = fileURLToPath(
	new URL("../../node/world/process-figures.ts", import.meta.url),
);
/** Opens files until there are too many, and prints the figures that can be read then. */
const PROGRAM = `
	const { openSync } = await import("node:fs");
	const { residentBytes, systemFigures } = await import(process.argv[1]);
	const clock = { monoMs: () => performance.now() };
	const figures = systemFigures(clock, 0);
	const before = residentBytes() > 0;
	let code;
	while (code === undefined) {
		try {
			openSync("/dev/null");
		} catch (error) {
			code = error.code;
		}
	}
	const told = { before, code, after: residentBytes() ?? null, ...figures() };
	process.stdout.write(JSON.stringify(told));
`;

test("a process with too many open files leaves out the figures that it would have to open a file for", () => {
	const flags = ["--input-type=module", "-e", PROGRAM, MODULE];
	const limited = 'ulimit -n 64 && exec "$0" "$@"';
	const text = execFileSync("sh", ["-c", limited, process.execPath, ...flags]);
	const told = JSON.parse(text.toString());
	expect(told).toMatchObject({ before: true, code: "EMFILE", after: null });
	expect(told.cpuS).toBeGreaterThan(0);
	expect(told).not.toHaveProperty("residentBytes");
});
