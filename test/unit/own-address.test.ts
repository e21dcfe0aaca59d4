/**
 * Where others reach a node that listens on every interface.
 */
import { expect, test } from "vitest";
import { OwnAddress } from "../../node/world/own-address.ts";
import { wildcardFamily } from "../../protocol/host.ts";

/** The own address of a machine whose default routes go over these addresses. */
async function ownAddress(...routes: readonly (string | undefined)[]) {
	const warnings: string[] = [];
	const log = {
		...{ debug() {}, info() {}, error() {} },
		warn: (_about: object, text: string) => warnings.push(text),
	};
	const [four, six] = routes;
	const own = new OwnAddress(log, async (far) =>
		far.includes(":") ? six : four,
	);
	await own.look();
	const reached = (host: string, isDual = false) =>
		own.reached({ host, port: 7 }, isDual).host;
	return { own, reached, warnings };
}

test.each([
	["0.0.0.0", 4],
	["0", 4],
	["0x0.0", 4],
	["::ffff:0.0.0.0", 4],
	["::", 6],
	["[::]", 6],
	["0:0::0", 6],
	["127.0.0.1", undefined],
	["::1", undefined],
	["localhost", undefined],
	["0.example.com", undefined],
])("the host %s stands for all addresses of the family %s", (host, family) => {
	expect(wildcardFamily(host)).toBe(family);
});

test("a node that listens on one address is reached there, wherever Redis is", async () => {
	const { own, reached } = await ownAddress("10.0.0.1");
	own.connectedFrom("10.1.0.1");
	for (const host of ["127.0.0.1", "192.168.7.7", "::1", "node-1"])
		expect(reached(host)).toBe(host);
});

test("a node that listens on all addresses is reached at the one from which it reaches Redis now", async () => {
	const { own, reached } = await ownAddress("172.17.0.1", "fd00::17");
	own.connectedFrom("10.1.0.1");
	expect(reached("0.0.0.0")).toBe("10.1.0.1");
	expect(reached("::", true)).toBe("10.1.0.1");
	own.connectedFrom("fd00::5");
	expect(reached("::")).toBe("fd00::5");
	own.connectedFrom("::ffff:10.2.0.1");
	expect(reached("0.0.0.0")).toBe("10.2.0.1");
});

test.each([
	["on loopback", "127.0.0.1"],
	["on loopback by IPv6", "::1"],
	["through a socket", undefined],
	["over the other family", "fd00::5"],
	["over one link alone", "fe80::1"],
])(
	"if Redis is reached %s, the default route says where the node is",
	async (_how, address) => {
		const { own, reached, warnings } = await ownAddress("10.0.0.1");
		own.connectedFrom(address);
		expect(reached("0.0.0.0")).toBe("10.0.0.1");
		expect(warnings).toEqual([]);
	},
);

// The system names these if it has no route.
test.each([
	[undefined, undefined],
	["0.0.0.0", "::"],
	["127.0.0.1", "::1"],
	["169.254.1.1", "fe80::1"],
])(
	"a machine without a way out names loopback and says so once: %s",
	async (...routes) => {
		const { own, reached, warnings } = await ownAddress(...routes);
		own.connectedFrom("127.0.0.1");
		expect(reached("0.0.0.0")).toBe("127.0.0.1");
		expect(reached("::")).toBe("::1");
		expect(reached("::", true)).toBe("127.0.0.1");
		expect(warnings).toEqual([expect.stringContaining("--advertise")]);
	},
);
