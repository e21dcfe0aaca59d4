/** Rules of access tokens: names are unique, a revoked token stays revoked, and newer records win. */
import { expect, it } from "vitest";
import type { AccessStep, NewAccessToken } from "../../node/ports.ts";
import type { AccessToken } from "../../protocol/access.ts";
import {
	ACCESS_HOUR_MS,
	ACCESS_PUT_BACK_MAX,
	ACCESS_REVOKED_KEPT_MAX,
	ACCESS_REVOKED_KEPT_MS,
	ACCESS_STEP_MAX,
	ACCESS_TOKENS_MAX,
} from "../../protocol/limits.ts";
import type { Bench } from "./store-bench.ts";

let hashes = 0;

export function newToken(
	name: string,
	fields: Partial<NewAccessToken> = {},
): NewAccessToken {
	hashes += 1;
	const hash = hashes.toString(16).padStart(64, "0");
	return { name, hash, role: "read", ...fields };
}

async function granted(
	{ shard }: Bench,
	token: NewAccessToken,
): Promise<AccessToken> {
	const reply = await shard.access.grantToken(token);
	if (!reply.ok) throw new Error(`${token.name} is refused: ${reply.code}`);
	return reply.token;
}

async function revoked({ shard }: Bench, name: string): Promise<AccessToken> {
	const reply = await shard.access.revokeToken(name);
	if (!reply.ok) throw new Error(`${name} is ${reply.code}`);
	return reply.token;
}

export function accessRules(bench: Bench): void {
	const book = () => bench.shard.access.tokens(0, ACCESS_STEP_MAX);

	it("a store that never had a token has none at version 0, and a pulse says so", async () => {
		const { version, tokens } = await book();
		expect([version, tokens]).toEqual([0, []]);
		expect((await bench.pulse(await bench.open())).accessVersion).toBe(0);
	});

	it("a token is kept as it was granted, and each change raises the version that a pulse tells", async () => {
		const session = await bench.open();
		const wished = newToken("ci", {
			...{ role: "submit", queues: ["images"], types: ["a", "b"] },
			expiresMs: 1_900_000_000_000,
		});
		const token = await granted(bench, wished);
		expect(token).toMatchObject(wished);
		const first = await book();
		expect(first.tokens).toEqual([token]);
		expect(first.version).toBe(token.version);
		expect((await bench.pulse(session)).accessVersion).toBe(first.version);
		const other = await granted(bench, newToken("dash", { payloads: true }));
		expect(other.version).toBeGreaterThan(token.version);
		const gone = await revoked(bench, "ci");
		expect(gone.version).toBeGreaterThan(other.version);
		expect((await bench.pulse(session)).accessVersion).toBe(gone.version);
		expect((await book()).tokens).toEqual([other, gone]);
	});

	it("granting a token twice changes nothing; another of its name is refused until it is revoked", async () => {
		const wished = newToken("ci");
		const token = await granted(bench, wished);
		const { access } = bench.shard;
		expect(await granted(bench, wished)).toEqual(token);
		const other = newToken("ci");
		expect(await access.grantToken(other)).toEqual({
			ok: false,
			code: "taken",
		});
		expect((await book()).version).toBe(token.version);
		const gone = await revoked(bench, "ci");
		const again = await granted(bench, other);
		expect(again.version).toBeGreaterThan(gone.version);
		expect((await book()).tokens).toEqual([again]);
	});

	it("a token is revoked once, and an unknown one not at all", async () => {
		const { access } = bench.shard;
		expect(await access.revokeToken("ci")).toEqual({ ok: false, code: "none" });
		const token = await granted(bench, newToken("ci"));
		const gone = await revoked(bench, "ci");
		expect(gone).toMatchObject({ hash: token.hash, name: "ci" });
		expect(gone.revokedMs).toBeGreaterThanOrEqual(token.createdMs);
		expect(await revoked(bench, "ci")).toEqual(gone);
		expect((await book()).version).toBe(gone.version);
	});

	it("a store that has lost writes accepts the newer record of each name, once", async () => {
		const { access } = bench.shard;
		const kept = await granted(bench, newToken("kept"));
		const before = await granted(bench, newToken("ci"));
		const ahead = { version: before.version + 1_000_000 };
		const gone = { ...before, ...ahead, revokedMs: before.createdMs };
		const lost = { ...newToken("lost"), version: 7, createdMs: 7 };
		const older = { ...kept, version: 1, role: "operate" } as const;
		const known = [gone, lost, older];
		expect((await access.putTokensBack(known)).written).toBe(2);
		const { tokens, version } = await book();
		// In the order in which they were written.
		expect(tokens).toEqual([kept, gone, lost]);
		// The version has risen, so that every node reads them.
		expect(version).toBeGreaterThan(kept.version);
		expect(version).toBeGreaterThanOrEqual(gone.version);
		expect((await access.putTokensBack(known)).written).toBe(0);
		expect((await book()).version).toBe(version);
		const later = await granted(bench, newToken("later"));
		expect(later.version).toBeGreaterThan(gone.version);
	});

	it("what was written since a version is read in steps, each token once, in the order of writing", async () => {
		const { access } = bench.shard;
		const names = ["a", "b", "c", "d", "e"];
		for (const name of names) await granted(bench, newToken(name));
		const gone = await revoked(bench, "b");
		const inOrder = ["a", "c", "d", "e", "b"];
		const read: string[] = [];
		let since: number | undefined = 0;
		while (since !== undefined) {
			const step = await access.tokens(since, 2);
			read.push(...step.tokens.map(({ name }) => name));
			expect(step.version).toBe(gone.version);
			since = step.next;
		}
		expect(read).toEqual(inOrder);
		const { version } = await book();
		expect((await access.tokens(version, 2)).tokens).toEqual([]);
		// An older record that is put back is new to who knows all others.
		const lost = { ...newToken("lost"), version: 7, createdMs: 7 };
		await access.putTokensBack([lost]);
		expect((await access.tokens(version, 2)).tokens).toEqual([lost]);
	});

	it("of two records of one version the one that revokes wins", async () => {
		const { access } = bench.shard;
		const token = await granted(bench, newToken("ci"));
		const gone = { ...token, revokedMs: token.createdMs };
		expect((await access.putTokensBack([gone])).written).toBe(1);
		expect((await access.putTokensBack([token])).written).toBe(0);
		expect((await book()).tokens).toEqual([gone]);
	});

	it("the latest use of a token is kept until the token is revoked", async () => {
		const { access } = bench.shard;
		const { version } = await granted(bench, newToken("ci"));
		await access.tokensUsed(["ci", "nobody"], 5 * ACCESS_HOUR_MS);
		await access.tokensUsed(["ci"], 4 * ACCESS_HOUR_MS);
		const used = await book();
		expect(used.tokens[0]?.usedMs).toBe(5 * ACCESS_HOUR_MS);
		expect(used.version).toBe(version);
		await revoked(bench, "ci");
		await access.tokensUsed(["ci"], 6 * ACCESS_HOUR_MS);
		expect((await book()).tokens[0]).not.toHaveProperty("usedMs");
		const again = await granted(bench, newToken("ci"));
		expect((await book()).tokens).toEqual([again]);
	});
}

/** Rules about many tokens, which take a while to make. */
export function accessRoomRules(bench: Bench): void {
	const many = (count: number, fields: Partial<AccessToken>) =>
		Array.from({ length: count }, (_, i): AccessToken => {
			const token = newToken(`${fields.revokedMs ? "gone" : "live"}-${i}`);
			const { revokedMs } = fields;
			return {
				...{ ...token, version: 1 + i, createdMs: 1 },
				...(revokedMs !== undefined && { revokedMs: revokedMs + i }),
			};
		});
	const put = async (tokens: readonly AccessToken[]) => {
		for (let at = 0; at < tokens.length; at += ACCESS_PUT_BACK_MAX)
			await bench.shard.access.putTokensBack(
				tokens.slice(at, at + ACCESS_PUT_BACK_MAX),
			);
	};

	it(`there are ${ACCESS_TOKENS_MAX} tokens at most, and revoking one makes room`, async () => {
		const { access } = bench.shard;
		await put(many(ACCESS_TOKENS_MAX, {}));
		const refused = { ok: false, code: "full" };
		expect(await access.grantToken(newToken("more"))).toEqual(refused);
		await revoked(bench, "live-0");
		await granted(bench, newToken("more"));
		expect(await access.grantToken(newToken("yet"))).toEqual(refused);
	});

	it("the tokens that were revoked last are remembered, for a time", async () => {
		const { nowMs } = await bench.shard.access.tokens(0, 1);
		await put(many(ACCESS_REVOKED_KEPT_MAX + 10, { revokedMs: nowMs }));
		const tokens: AccessToken[] = [];
		for (let since: number | undefined = 0; since !== undefined; ) {
			const step: AccessStep = await bench.shard.access.tokens(since, 200);
			tokens.push(...step.tokens);
			since = step.next;
		}
		expect(tokens).toHaveLength(ACCESS_REVOKED_KEPT_MAX);
		expect(Math.min(...tokens.map(({ version }) => version))).toBe(11);
		const old = nowMs - ACCESS_REVOKED_KEPT_MS - 60_000;
		const [late] = many(1, { revokedMs: old });
		const { written } = await bench.shard.access.putTokensBack([
			{ ...(late as AccessToken), name: "late" },
		]);
		expect(written).toBe(0);
	});
}
