import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFolder } from "../../node/cli/folder-lock.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Another process that holds the lock of the folder until it is killed. */
async function holdElsewhere() {
	const module = new URL("../../node/cli/folder-lock.ts", import.meta.url);
	const child = spawn(
		process.execPath,
		[
			"--input-type=module",
			"--eval",
			`import { lockFolder } from ${JSON.stringify(module.href)};
			globalThis.lock = lockFolder(${JSON.stringify(folder)}, "taken");
			process.send("locked");
			process.on("message", () => {});`,
		],
		{ stdio: ["ignore", "inherit", "inherit", "ipc"] },
	);
	await once(child, "message");
	return child;
}

test("a folder that another process holds is refused", async () => {
	const child = await holdElsewhere();
	expect(() => lockFolder(folder, "taken")).toThrow(
		expect.objectContaining({ name: "ConfigError", message: "taken" }),
	);
	child.kill("SIGKILL");
	await once(child, "exit");
});

test("a process that was killed holds nothing", async () => {
	const child = await holdElsewhere();
	child.kill("SIGKILL");
	await once(child, "exit");
	lockFolder(folder, "taken")[Symbol.dispose]();
});

test("a folder let go of can be taken again", () => {
	lockFolder(folder, "taken")[Symbol.dispose]();
	lockFolder(folder, "taken")[Symbol.dispose]();
});

test("a folder that cannot be made is one sentence", () => {
	writeFileSync(join(folder, "file"), "");
	expect(() => lockFolder(join(folder, "file", "sub"), "taken")).toThrow(
		/cannot be made/,
	);
});
