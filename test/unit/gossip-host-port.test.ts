/** Addresses as people write them, and as libp2p does. */
import { expect, test } from "vitest";
import {
	formatHostPort,
	parseHostPort,
	toMultiaddr,
} from "../../node/gossip/host-port.ts";

test.each([
	["127.0.0.1:4001", "/ip4/127.0.0.1/tcp/4001"],
	["[::1]:4001", "/ip6/::1/tcp/4001"],
	["node-1.example.org:80", "/dns/node-1.example.org/tcp/80"],
])("%s is %s", (text, expected) => {
	const address = parseHostPort(text);
	if (address === undefined) throw new Error("not parsed");
	expect(formatHostPort(address)).toBe(text);
	expect(toMultiaddr(address).toString()).toBe(expected);
});

test.each([
	"",
	"host",
	":80",
	"host:",
	"host:99999",
	"::1:80",
	"a/b:80",
	"[x]:1",
])("%j is no address", (text) => {
	expect(parseHostPort(text)).toBeUndefined();
});
