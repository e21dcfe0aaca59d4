/** A Redis that answers, but does not let the node in. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Connection } from "../../node/store/redis/connection.ts";
import { systemClock } from "../../node/world/clock.ts";
import { type RedisServer, startRedis } from "../redis.ts";
import { RecordedLog } from "./recorded-log.ts";

let redis: RedisServer;
let operator: Redis;
beforeAll(async () => {
	redis = await startRedis();
	operator = new Redis(redis.url);
});
afterAll(async () => {
	operator.disconnect();
	await redis.stop();
});

function changed(connection: Connection, to: boolean): Promise<void> {
	return new Promise((resolve) => {
		connection.onChange((up) => up === to && resolve());
	});
}

test("a node that is no longer let in logs it once, and is up again when it is let in again", async () => {
	const log = new RecordedLog();
	const connection = new Connection(redis.url, systemClock, log);
	await changed(connection, true);
	const lost = changed(connection, false);
	await operator.config("SET", "requirepass", "changed");
	await operator.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
	await lost;
	await log.has(/^Redis no longer lets this node in$/);
	expect(connection.trouble).toMatch("wants a password");
	const back = changed(connection, true);
	await operator.config("SET", "requirepass", "");
	await back;
	expect(log.lines).toEqual(["Redis no longer lets this node in"]);
	expect(await connection.command("PING")).toBe("PONG");
	await connection.close();
});

test("a node whose user may not select its database does not use the first one instead", async () => {
	await operator.acl("SETUSER", "ann", "on", ">secret", "~*", "+@all");
	await operator.acl("SETUSER", "ann", "-select");
	const address = `${redis.url.replace("//", "//ann:secret@")}/3`;
	const connection = new Connection(address, systemClock, new RecordedLog());
	const up = changed(connection, true);
	await expect.poll(() => connection.refusal).toMatch("NOPERM");
	expect(connection.up).toBe(false);
	await operator.acl("SETUSER", "ann", "+select");
	await up;
	await connection.command("SET", "here", "1");
	expect(await operator.exists("here")).toBe(0);
	await connection.close();
});
