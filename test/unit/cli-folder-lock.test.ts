import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	mkdirSync,
	mkdtempSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFolder } from "../../node/cli/folder-lock.ts";

const texts = { taken: "taken", advice: "advice" };

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
			globalThis.lock = lockFolder(${JSON.stringify(folder)}, {});
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
	expect(() => lockFolder(folder, texts)).toThrow(
		expect.objectContaining({ name: "ConfigError", message: "taken" }),
	);
	child.kill("SIGKILL");
	await once(child, "exit");
});

test("a process that was killed holds nothing", async () => {
	const child = await holdElsewhere();
	child.kill("SIGKILL");
	await once(child, "exit");
	lockFolder(folder, texts)[Symbol.dispose]();
});

test("a folder that was released can be taken again", () => {
	lockFolder(folder, texts)[Symbol.dispose]();
	lockFolder(folder, texts)[Symbol.dispose]();
});

test("folders that are missing are made, for their owner alone", () => {
	const deep = join(folder, "a", "b", "c");
	lockFolder(deep, texts)[Symbol.dispose]();
	for (const made of [deep, join(folder, "a")]) {
		expect(statSync(made).mode & 0o777).toBe(0o700);
	}
});

test("a folder that cannot be made is one sentence", () => {
	writeFileSync(join(folder, "file"), "");
	for (const path of ["file", "file/sub", "file/sub/deep"]) {
		expect(() => lockFolder(join(folder, path), texts)).toThrow(
			/^The folder \S+ cannot be made \(E[A-Z]+\); advice\.$/,
		);
	}
});

test("a lock that cannot be made is one sentence", () => {
	mkdirSync(join(folder, "lock"));
	expect(() => lockFolder(folder, texts)).toThrow(
		/^The file \S+lock cannot be locked \(.+\); advice\.$/,
	);
});
