/** A Redis behind Sentinels, one of which is silent, or gives the primary by its host name. */
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { Connection } from "../../node/store/redis/connection.ts";
import { systemClock } from "../../node/world/clock.ts";
import {
	SENTINEL_TIMEOUT_MS,
	STORE_COMMAND_TIMEOUT_MS,
} from "../../protocol/limits.ts";
import { until } from "../cluster.ts";
import { startRedis } from "../redis.ts";
import { WatchedRedis } from "../sentinel.ts";
import { RecordedLog } from "./recorded-log.ts";

test("a frozen Sentinel is passed over sooner than a frozen Redis would be", async () => {
	await using redis = await WatchedRedis.start();
	const [first] = redis.sentinels;
	first?.signal("SIGSTOP");
	try {
		const begunMs = systemClock.monoMs();
		const log = new RecordedLog();
		const connection = new Connection(redis.url, systemClock, log);
		await new Promise<void>((resolve) =>
			connection.onChange((up) => up && resolve()),
		);
		const tookMs = systemClock.monoMs() - begunMs;
		expect(await connection.command("PING")).toBe("PONG");
		await connection.close();
		// It was indeed asked first.
		expect(tookMs).toBeGreaterThan(0.9 * SENTINEL_TIMEOUT_MS);
		expect(tookMs).toBeLessThan(0.9 * STORE_COMMAND_TIMEOUT_MS);
	} finally {
		first?.signal("SIGCONT");
	}
});

test("a node stays with a primary that a Sentinel gives by host name, and leaves it for another one", async () => {
	await using redis = await WatchedRedis.start();
	const { primary, replica } = await redis.whole();
	// It knows no primary, so others are asked; it publishes what Sentinels would.
	const teller = await startRedis();
	const publisher = new Redis(teller.url);
	const url = redis.url.replace(
		"/watched",
		`,127.0.0.1:${teller.port}/watched`,
	);
	const log = new RecordedLog();
	const connection = new Connection(url, systemClock, log);
	try {
		await new Promise<void>((resolve) =>
			connection.onChange((up) => up && resolve()),
		);
		const lost = new Promise<void>((resolve) =>
			connection.onChange((up) => up || resolve()),
		);
		await until(
			() => publisher.pubsub("NUMSUB", "+switch-master"),
			([, count]) => count === 1,
		);
		const tell = (port: number) =>
			publisher.publish(
				"+switch-master",
				`watched localhost ${replica.port} localhost ${port}`,
			);

		await tell(primary.port);
		await log.has(/^told of the primary/);
		expect(await connection.command("PING")).toBe("PONG");
		expect(connection.life).toBe(1);

		await tell(replica.port);
		await lost;
	} finally {
		await connection.close();
		publisher.disconnect();
		await teller.stop();
	}
});

test("Sentinels that want a user and a password get them, for questions and for subscriptions; a wrong one is reported", async () => {
	await using redis = await WatchedRedis.start();
	const [, hosts = ""] = /\/\/(.*)\//.exec(redis.url) ?? [];
	for (const host of hosts.split(",")) {
		const operator = new Redis(`redis://${host}`);
		await operator.acl("SETUSER", "bob", "on", ">se@cret", "&*", "+@all");
		await operator.acl("SETUSER", "default", "-@all", "+auth");
		operator.disconnect();
	}
	const told = `${redis.url}?sentinel_user=bob&sentinel_password=`;
	const log = new RecordedLog();
	const wrong = new Connection(`${told}wrong`, systemClock, log);
	const right = new Connection(`${told}se%40cret`, systemClock, log);
	const listener = new Redis(
		`redis://bob:${encodeURIComponent("se@cret")}@${hosts.split(",")[0]}`,
	);
	try {
		await new Promise<void>((resolve) =>
			right.onChange((up) => up && resolve()),
		);
		expect(await right.command("PING")).toBe("PONG");
		await until(
			() => listener.client("LIST", "TYPE", "PUBSUB") as Promise<string>,
			(clients) => / sub=1 .* user=bob/.test(clients),
		);
		await expect
			.poll(() => wrong.trouble)
			.toMatch("Sentinels do not accept the sentinel_user");
		expect(wrong.up).toBe(false);
	} finally {
		listener.disconnect();
		await right.close();
		await wrong.close();
	}
});
