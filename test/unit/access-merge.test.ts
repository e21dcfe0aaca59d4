/** What a node knows of access tokens, merged with what a store has that may have lost some. */
import { expect, test } from "vitest";
import { mergeTokens, remembered } from "../../protocol/access.ts";
import { ACCESS_REVOKED_KEPT_MAX } from "../../protocol/limits.ts";

test("access: a token whose revocation the store may have discarded is not put back", () => {
	const hash = "f".repeat(64);
	const token = { hash, role: "read", createdMs: 1 } as const;
	const stored = Array.from({ length: ACCESS_REVOKED_KEPT_MAX }, (_, i) => ({
		...{ ...token, name: `gone-${i}`, version: 10 + i, revokedMs: 5 },
	}));
	const known = remembered(
		[
			{ ...token, name: "old", version: 9 },
			{ ...token, name: "new", version: 11 },
		],
		5,
	);
	const lostOf = (read: typeof stored) =>
		mergeTokens(known, read, true, 5).lost.map(({ name }) => name);
	expect(lostOf(stored)).toEqual(["new"]);
	expect(lostOf(stored.slice(1))).toEqual(["old", "new"]);
	expect(mergeTokens(known, stored, false, 5).lost).toEqual([]);
});
