/**
 * The Redis of the local cluster when the system starts no process for a while.
 */
import {
	type ChildProcess,
	type SpawnOptions,
	spawn,
} from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalRedis } from "../../node/cli/up/local-redis.ts";
import { redisFiles } from "../../node/cli/up/redis-config.ts";
import type { RedisPlace } from "../../node/cli/up/redis-place.ts";
import { StartFailed } from "../../node/cli/up/start-failed.ts";
import { systemClock } from "../../node/world/clock.ts";
import { freePorts } from "../e2e/up-process.ts";
import { descriptorsOf, RecordedTerminal } from "./up-terminal.ts";

vi.mock("node:child_process", async (original) => {
	const real = await original<typeof import("node:child_process")>();
	return { ...real, spawn: vi.fn(real.spawn) };
});

type Spawn = (
	command: string,
	args: string[],
	options: SpawnOptions,
) => ChildProcess;

/** How the system refuses: by an event of a child without a pid, or by an error that is thrown at once. */
const REFUSALS = {
	later: (real) => (_, args, options) => real("/no/such/shell", args, options),
	"at once": () => () => {
		throw new Error("spawn ENOMEM");
	},
	/** A child for whose pipes there was no file left. */
	"without pipes": (real) => (_, args, options) =>
		Object.assign(real("/no/such/shell", args, options), { stdio: undefined }),
} satisfies Record<string, (real: Spawn) => Spawn>;
const REFUSED = /could not be started \(.*(ENOENT|ENOMEM)\)/;

let folder: string;
let place: RedisPlace;
let terminal: RecordedTerminal;
let redis: LocalRedis | undefined;

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-redis-"));
	place = { files: redisFiles(folder), port: await freePorts(1) };
	terminal = new RecordedTerminal();
});
afterEach(async () => {
	await redis?.stop();
	redis = undefined;
	vi.mocked(spawn).mockReset();
	rmSync(folder, { recursive: true });
});

/** The pids of a process group, without zombies. */
function livingIn(group: number): string[] {
	return readdirSync("/proc").filter((pid) => {
		if (!/^\d+$/.test(pid)) return false;
		try {
			const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
			const [state, , itsGroup] = stat.replace(/^.*\) /s, "").split(" ");
			return Number(itsGroup) === group && state !== "Z";
		} catch {
			return false; // It has ended since.
		}
	});
}

function refuse(kind: keyof typeof REFUSALS): void {
	const mock = vi.mocked<Spawn>(spawn);
	mock.mockImplementationOnce(
		REFUSALS[kind](mock.getMockImplementation() as Spawn),
	);
}

for (const kind of Object.keys(REFUSALS) as (keyof typeof REFUSALS)[]) {
	test(`refused ${kind}: at the first start one sentence says so`, async () => {
		refuse(kind);
		redis = new LocalRedis(place, systemClock, terminal);
		const start = redis.ready();
		await expect(start).rejects.toThrow(StartFailed);
		await expect(start).rejects.toThrow(REFUSED);
		expect(descriptorsOf(place.files.log)).toEqual([]);
	});

	test(`refused ${kind}: later Redis is tried again until it starts`, async () => {
		redis = new LocalRedis(place, systemClock, terminal);
		await redis.ready();
		const client = new Redis(redis.url, { retryStrategy: () => null });
		client.on("error", () => {}); // Its server is about to go.
		refuse(kind);
		await client.shutdown("NOSAVE").catch(() => {});
		client.disconnect();
		await terminal.says(
			/^redis {3}\(pid \d+\) ended by itself with code 0, see .*; it starts again in 1 s\.$/,
		);
		await terminal.says(
			/^redis {3}could not be started \(.*\); it starts again/,
		);
		expect(redis.hold).toBeUndefined();
		await terminal.says(/^redis {3}is back \(pid \d+\)$/);
		expect(redis.hold).toBeDefined();
	});
}

test("killed with -9 it comes back, once each time, as one process, with what its log holds", async () => {
	redis = new LocalRedis(place, systemClock, terminal);
	await redis.ready();
	const pids = [redis.pid ?? 0];
	for (let kills = 0; kills < 2; kills++) {
		const pid = redis.pid ?? 0;
		// What is started is the server, not a shell around it.
		expect(readFileSync(`/proc/${pid}/comm`, "utf8")).toBe("redis-server\n");
		const client = new Redis(redis.url, { retryStrategy: () => null });
		client.on("error", () => {}); // Its server is about to go.
		expect(await client.incr("kills")).toBe(kills + 1);
		process.kill(pid, "SIGKILL");
		await terminal.says(
			new RegExp(
				`^redis {3}\\(pid ${pid}\\) ended by SIGKILL; it starts again`,
			),
		);
		// Nothing of its group is left beside the next one.
		await expect.poll(() => livingIn(pid)).toEqual([]);
		await terminal.says(/is back/, kills + 1);
		pids.push(redis.pid ?? 0);
	}
	expect(new Set(pids).size).toBe(3);
	expect(terminal.said).toHaveLength(4);
	const [, first, , second] = terminal.said;
	expect([first, second]).toEqual(
		pids.slice(1).map((pid) => `redis   is back (pid ${pid})`),
	);
});
