/** EC2's metadata service, of which only version 2 is used. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { InstanceMetadata } from "../../node/cloud/instance-metadata.ts";
import { systemClock } from "../../node/world/clock.ts";
import {
	METADATA_BYTES_MAX,
	METADATA_SESSION_S,
} from "../../protocol/limits.ts";
import { FakeMetadata } from "../fakes/instance-metadata.ts";

const ID = "/latest/meta-data/instance-id";

let service: FakeMetadata;
let metadata: InstanceMetadata;
beforeEach(async () => {
	service = await FakeMetadata.start();
	metadata = new InstanceMetadata(`${service.url}/`, systemClock);
});
afterEach(() => service[Symbol.asyncDispose]());

test("a token is requested once, and all requests carry it", async () => {
	const all = [ID, ID, "/latest/meta-data/no/such"].map((path) =>
		metadata.get(path),
	);
	expect(await Promise.all(all)).toEqual([
		...["i-0123456789abcdef0", "i-0123456789abcdef0", undefined],
	]);
	expect(await metadata.get(ID)).toBe("i-0123456789abcdef0");
	expect(service.asked.filter((each) => each.startsWith("PUT"))).toEqual([
		"PUT /latest/api/token 200",
	]);
	expect(service.asked.filter((each) => each.endsWith("401"))).toEqual([]);
});

test("a token that is refused is replaced", async () => {
	await metadata.get(ID);
	service.forgetTokens();
	expect(await metadata.get(ID)).toBe("i-0123456789abcdef0");
	expect(service.asked.slice(2)).toEqual([
		"GET instance-id 401",
		"PUT /latest/api/token 200",
		"GET instance-id 200",
	]);
});

test("a token is used as long as it is valid, and all who find that it has expired share one new one", async () => {
	const tokens = () => service.asked.filter((each) => each.startsWith("PUT"));
	await metadata.get(ID);
	service.nowS += METADATA_SESSION_S - 1;
	await metadata.get(ID);
	expect(tokens()).toHaveLength(1);
	service.nowS += 1;
	service.data.set("spot/instance-action", '{"action":"stop"}');
	const paths = [ID, "/latest/meta-data/spot/instance-action", ID];
	expect(await Promise.all(paths.map((path) => metadata.get(path)))).toEqual([
		...["i-0123456789abcdef0", '{"action":"stop"}', "i-0123456789abcdef0"],
	]);
	expect(tokens()).toHaveLength(2);
	service.asked.length = 0;
	await metadata.get(ID);
	expect(service.asked).toEqual(["GET instance-id 200"]);
});

test("a token that expires while the service is in trouble is replaced once that is over", async () => {
	await metadata.get(ID);
	service.nowS += METADATA_SESSION_S;
	service.failing = 503;
	await expect(metadata.get(ID)).rejects.toThrow("it answers 503");
	service.failing = undefined;
	expect(await metadata.get(ID)).toBe("i-0123456789abcdef0");
});

test("a service that gives no token is asked for nothing else", async () => {
	service.failing = 403;
	await expect(metadata.get(ID)).rejects.toThrow(
		"it gives no token, but the status 403",
	);
	expect(service.asked).toEqual(["PUT /latest/api/token 403"]);
	service.failing = undefined;
	expect(await metadata.get(ID)).toBe("i-0123456789abcdef0");
});

test("a service in trouble is reported as such, and not as one that has nothing", async () => {
	await metadata.get(ID);
	service.failing = 500;
	await expect(metadata.get(ID)).rejects.toThrow(/^it answers 500 to GET /);
});

test("an endless answer is given up, and so is one that does not come", async () => {
	service.data.set("instance-id", "x".repeat(METADATA_BYTES_MAX + 1));
	await expect(metadata.get(ID)).rejects.toThrow(/^it answers more than/);
	const mute = createServer(() => {}).listen(0, "127.0.0.1");
	await once(mute, "listening");
	const { port } = mute.address() as AddressInfo;
	const asked = new InstanceMetadata(`http://127.0.0.1:${port}`, systemClock);
	await expect(asked.get(ID)).rejects.toThrow("it has not answered within");
	mute.closeAllConnections();
	mute.close();
});
