/** Access tokens as the store keeps them, and what is none. */
import { expect, test } from "vitest";
import { decodeToken, encodeToken } from "../../node/store/access-codec.ts";
import type { AccessToken } from "../../protocol/access.ts";

const hash = "0f".repeat(32);
const token: AccessToken = {
	...{ name: "ci", hash, role: "read", version: 8, createdMs: 7 },
	...{ queues: ["images"], types: ["a", "b"], payloads: true, expiresMs: 9 },
};

test.each<AccessToken>([
	token,
	{ ...token, revokedMs: 11 },
	{ name: "ci", hash, role: "operate", version: 8, createdMs: 7 },
])("a token is kept as it is: %j", (each) => {
	expect(decodeToken("ci", encodeToken(each))).toEqual(each);
	const used = decodeToken("ci", encodeToken(each), "3600000");
	expect(used).toEqual({ ...each, usedMs: 3_600_000 });
});

test.each([
	"",
	"hello",
	`8 7 0 ${hash}`,
	`8 7 0 ${hash.slice(1)}\n{"role":"read"}`,
	`8 7 0 ${hash}\n`,
	`8 7 0 ${hash}\nnull`,
	`8 7 0 ${hash}\n{"role":"all"}`,
	`8 7 0 ${hash}\n{"role":"read","queues":"images"}`,
	`8 7 0 ${hash}\n{"role":"read","types":[1]}`,
	`8 7 0 ${hash}\n{"role":"read","expiresMs":"never"}`,
])("what is no such line is no token: %j", (line) => {
	expect(decodeToken("ci", line)).toBe(undefined);
});
