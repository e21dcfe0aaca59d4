import { spawnSync } from "node:child_process";
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { packages } from "../../scripts/setup/packages.mjs";
import { findUnpacked, unpacked } from "../../scripts/setup/unpacked.mjs";

const SETUP = fileURLToPath(
	new URL("../../scripts/setup.mjs", import.meta.url),
);
const LOCKFILES = ["package-lock.json", "test/tools/package-lock.json"];

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-setup-"));
});
afterEach(() => {
	rmSync(folder, { recursive: true });
});

describe("npm packages", () => {
	const wanted = {
		"": {},
		"node_modules/a": { integrity: "a1" },
		"node_modules/other-system": { integrity: "o1", optional: true },
	};

	function isMissing(installed: string | undefined): boolean {
		writeFileSync(
			join(folder, "package-lock.json"),
			JSON.stringify({ packages: wanted }),
		);
		mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
		writeFileSync(join(folder, "node_modules/.bin/node"), "");
		if (installed !== undefined) {
			writeFileSync(join(folder, "node_modules/.package-lock.json"), installed);
		}
		return packages(folder).missing();
	}

	test("are complete when npm has installed what the lockfile wants", () => {
		const installed = { "node_modules/a": { integrity: "a1" } };
		expect(isMissing(JSON.stringify({ packages: installed }))).toBe(false);
	});

	test.each([
		["npm was interrupted", undefined],
		["npm's record is cut off", '{ "packages": {'],
		["the lockfile has changed", '{"packages":{"node_modules/a":{}}}'],
		["one is not installed", '{"packages":{}}'],
	])("are missing when %s", (_, installed) => {
		expect(isMissing(installed)).toBe(true);
	});
});

interface LockedPackage {
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
}

test.each(LOCKFILES)(
	"%s has every package of every system, without which npm ci refuses it",
	(path) => {
		const file = new URL(`../../${path}`, import.meta.url);
		const { packages: locked } = JSON.parse(readFileSync(file, "utf8")) as {
			packages: Readonly<Record<string, LockedPackage>>;
		};
		/** Whether it lies in the folder of the package that needs it, or in one above. */
		const has = (path: string, name: string): boolean => {
			if (path === "") return `node_modules/${name}` in locked;
			const above = path.slice(
				0,
				Math.max(0, path.lastIndexOf("/node_modules")),
			);
			return `${path}/node_modules/${name}` in locked || has(above, name);
		};

		const absent = Object.entries(locked).flatMap(
			([path, { dependencies, optionalDependencies }]) =>
				Object.keys({ ...dependencies, ...optionalDependencies }).filter(
					(name) => !has(path, name),
				),
		);

		expect(absent).toEqual([]);
	},
);

describe("programs", () => {
	function setUp(needs: readonly string[], env: Record<string, string>) {
		const { status, stderr } = spawnSync(
			process.execPath,
			[SETUP, ...needs],
			// A PATH with nothing on it but what the test puts there.
			{ env: { PATH: folder, ...env }, encoding: "utf8" },
		);
		return { status, stderr };
	}

	test("that cannot be installed are named, with the variable to set instead", () => {
		const { status, stderr } = setUp(["redis"], {});
		expect(status).toBe(2);
		expect(stderr).toContain("Install redis-server");
		expect(stderr).toContain("set HEARSAY_REDIS_URL");
		expect(setUp(["browser"], {}).stderr).toContain("set HEARSAY_CHROMIUM");
	});

	test("that are there are passed over in silence", () => {
		const program = join(folder, "redis-server");
		writeFileSync(program, "");
		chmodSync(program, 0o755);
		const silence = { status: 0, stderr: "" };
		expect(setUp(["redis", "redis-server"], {})).toEqual(silence);
	});

	test("a Redis that the user names will do for a cluster, not for tests", () => {
		const env = { HEARSAY_REDIS_URL: "redis://127.0.0.1:6379" };
		expect(setUp(["redis"], env)).toEqual({ status: 0, stderr: "" });
		expect(setUp(["redis-server"], env).status).toBe(2);
	});

	test("that nobody knows are refused", () => {
		const { status, stderr } = setUp(["postgres"], {});
		expect(status).toBe(2);
		expect(stderr).toContain("redis-server, browser");
	});
});

describe("Debian programs that are unpacked", () => {
	const NAME = "hearsay-no-such-program";

	test("are missing until they are there, then found with their libraries", () => {
		expect(unpacked(folder, NAME).missing()).toBe(true);
		const at = join(folder, "node_modules/.cache/debian", NAME);
		const libraries = join(at, "usr/lib/x86_64-linux-gnu");
		mkdirSync(libraries, { recursive: true });
		expect(unpacked(folder, NAME).missing()).toBe(true);
		mkdirSync(join(at, "usr/sbin"));
		writeFileSync(join(at, "usr/sbin", NAME), "");
		expect(unpacked(folder, NAME).missing()).toBe(false);
		expect(findUnpacked(folder, NAME)).toEqual({
			file: join(at, "usr/sbin", NAME),
			env: { LD_LIBRARY_PATH: libraries },
		});
	});

	test("are not fetched when they are on the PATH", () => {
		const { file, env } = findUnpacked(folder, "sh") ?? {};
		expect(file).toMatch(/\/sh$/);
		expect(env).toEqual({});
	});
});
