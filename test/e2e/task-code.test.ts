/** The environment of task code in a real node, and how its errors are shown. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { call } from "../call.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { HearsayProcess, PROGRAM } from "./up-process.ts";

const HANDLERS = join(import.meta.dirname, "../fixtures/handlers/careless.js");
const PASSWORD = "hunter2";

let redis: RedisServer;
let folder: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "hearsay-task-code-"));
	redis = await startRedis({ requirepass: PASSWORD });
});
afterAll(async () => {
	await redis.stop();
	rmSync(folder, { recursive: true });
});

/** Runs a task in a node that is told where its store is by this flag, or by the environment. */
async function run(
	type: string,
	flags: readonly string[],
	env: Readonly<Record<string, string>>,
): Promise<TaskAsRead> {
	const shared = ["--handlers", HANDLERS, "--http", "127.0.0.1:0"];
	const node = new HearsayProcess(
		PROGRAM,
		["node", ...flags, ...shared, "--data", join(folder, "node")],
		folder,
		{ ...process.env, ...env },
	);
	try {
		const [, url] = await node.says(/serves (\S+)\/$/m);
		await node.says(/session opened/);
		await call(`${url}/v1/tasks`, { id: `${type}${flags.length}`, type });
		const path = `/v1/tasks/${type}${flags.length}?wait=20s`;
		return (await call<TaskAsRead>(`${url}${path}`)).body;
	} finally {
		await node.stop();
	}
}

const url = () => redis.url.replace("://", `://:${PASSWORD}@`);

test.each([
	["a flag", () => ["--redis", url()], () => ({})],
	["the environment", () => [], () => ({ HEARSAY_REDIS_URL: url() })],
])(
	"the store's address, given by %s, is not for task code",
	async (_, flags, env) => {
		const { state, result } = await run("surroundings", flags(), env());
		expect(state).toBe("SUCCESS");
		expect(JSON.stringify(result)).toMatch(/PATH/);
		expect(JSON.stringify(result)).not.toMatch(PASSWORD);
	},
);

test("an error is shown with its causes", async () => {
	const env = { HEARSAY_REDIS_URL: url() };
	const { state, error } = await run("fetches", [], env);
	const refused = { code: "ECONNREFUSED" };
	expect({ state, error }).toMatchObject({
		state: "FAILURE",
		error: {
			...{ code: "failed", message: "fetch failed" },
			cause: { message: "no connection", errors: [refused, refused] },
		},
	});
});
