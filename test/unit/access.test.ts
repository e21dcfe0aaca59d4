/** Who may ask for what, on nodes that share a store. */
import { expect, test } from "vitest";
import {
	ACCESS_HOUR_MS,
	ACCESS_STEP_MAX,
	ACCESS_USED_MS,
} from "../../protocol/limits.ts";
import {
	AccessGround,
	createToken,
	startPair,
	whoIs,
} from "../fakes/access.ts";

test("access: a node that has not heard from the store cannot tell, and lets nobody in", async () => {
	const ground = new AccessGround();
	const access = ground.node();
	expect([access.isKnown, whoIs(access)]).toEqual([false, "unsure"]);
	await ground.pulse(access);
	expect([access.isKnown, whoIs(access)]).toEqual([true, "-"]);
});

test("access: as long as there is no token, none is asked for, and any is let pass", async () => {
	const { ann } = await startPair();
	expect(ann.whose(undefined)).toEqual({
		ok: true,
		asker: { name: "-", role: "operate" },
	});
	expect(whoIs(ann, `hs_read_${"x".repeat(32)}`)).toBe("-");
});

test("access: the first token is an operator's, and from then on every node asks for one", async () => {
	const { ann, bob, pulse } = await startPair();
	const refused = await ann.create({ name: "dash", role: "read" });
	expect(refused).toEqual({ ok: false, code: "first" });
	const secret = await createToken(ann, "ops");
	expect([whoIs(ann), whoIs(ann, secret)]).toEqual(["missing", "ops"]);
	expect(whoIs(bob)).toBe("-");
	await pulse();
	expect([whoIs(bob), whoIs(bob, secret)]).toEqual(["missing", "ops"]);
	expect(whoIs(bob, `${secret.slice(0, -1)}x`)).toBe("unknown");
	expect(whoIs(bob, "something else")).toBe("unknown");
});

test("access: a token that is revoked on one node is refused there at once, and on others with their next pulse", async () => {
	const { ann, bob, pulse } = await startPair();
	await createToken(ann, "ops");
	const secret = await createToken(ann, "ci");
	await pulse();
	expect(await bob.revoke("ci")).toMatchObject({ name: "ci" });
	expect([whoIs(ann, secret), whoIs(bob, secret)]).toEqual(["ci", "revoked"]);
	await pulse();
	expect(whoIs(ann, secret)).toBe("revoked");
	expect((await ann.list()).map(({ name }) => name)).toEqual(["ops"]);
});

test("access: a cluster whose last token is revoked does not become open again", async () => {
	const { ground, ann, pulse } = await startPair();
	await createToken(ann, "ops");
	await ann.revoke("ops");
	await pulse();
	const cid = ground.node();
	await ground.pulse(cid);
	expect([whoIs(ann), whoIs(cid)]).toEqual(["missing", "missing"]);
});

test("access: a token that a node has heard of and not read yet is not reported as unknown", async () => {
	const { ground, ann, bob } = await startPair();
	await createToken(ann, "ops");
	await ground.pulse(bob);
	const secret = await createToken(ann, "ci");
	const { promise, resolve } = Promise.withResolvers<void>();
	const { access } = ground.home;
	const tokens = access.tokens.bind(access);
	access.tokens = async (...asked) => {
		await promise;
		return await tokens(...asked);
	};
	await ground.pulse(bob);
	expect(whoIs(bob, secret)).toBe("unsure");
	resolve();
	await ground.clock.runFor(0);
	expect(whoIs(bob, secret)).toBe("ci");
});

test("access: a token is refused from the moment that it expires, by the store's clock, though the store is away", async () => {
	const { ground, ann, bob, pulse } = await startPair();
	await createToken(ann, "ops");
	const secret = await createToken(ann, "ci", {
		expiresMs: ann.nowMs() + 60_000,
	});
	await pulse();
	await ground.clock.runFor(59_999);
	expect(whoIs(bob, secret)).toBe("ci");
	await ground.clock.runFor(1);
	expect(whoIs(bob, secret)).toBe("expired");
});

test("access: hundreds of tokens are read in steps, and then those that are changed", async () => {
	const { ground, ann, bob, pulse } = await startPair();
	const secrets = [await createToken(ann, "ops")];
	while (secrets.length <= 2 * ACCESS_STEP_MAX)
		secrets.push(await createToken(ann, `token-${secrets.length}`));
	await pulse();
	const { access } = ground.home;
	const tokens = access.tokens.bind(access);
	const asked: number[] = [];
	access.tokens = (since, limit) => {
		asked.push(since);
		return tokens(since, limit);
	};
	expect(secrets.every((secret) => bob.whose(secret).ok)).toBe(true);
	await ann.revoke("token-7");
	await ground.pulse(bob);
	expect(whoIs(bob, secrets[7])).toBe("revoked");
	expect(asked).toHaveLength(1);
	expect(asked).not.toContain(0);
	await ann.list();
	expect(asked).toHaveLength(4);
});

test("access: tokens of a file are good as long as they are in it, whatever the store says, with the role of their prefix", async () => {
	const ground = new AccessGround();
	const [one, two] = [ground.mint.mint("read"), ground.mint.mint("operate")];
	const given = { secrets: [one, two] as readonly string[] };
	const ann = ground.node(given);
	expect([ann.isKnown, whoIs(ann), whoIs(ann, two)]).toEqual([
		...[true, "missing", "token-file:2"],
	]);
	expect(ann.whose(one)).toMatchObject({ asker: { role: "read" } });
	await ground.pulse(ann);
	given.secrets = [one];
	expect([whoIs(ann, one), whoIs(ann, two)]).toEqual([
		"token-file:1",
		"unknown",
	]);
	given.secrets = [];
	expect([whoIs(ann), whoIs(ann, one)]).toEqual(["missing", "unknown"]);
});

test("access: when a token was last used is reported to the hour, and rarely", async () => {
	const { ground, ann, pulse } = await startPair();
	const secret = await createToken(ann, "ops");
	await pulse();
	const used = async () => (await ann.list())[0]?.usedMs;
	expect(whoIs(ann, secret)).toBe("ops");
	await pulse();
	const hourMs = ann.nowMs() - (ann.nowMs() % ACCESS_HOUR_MS);
	expect(await used()).toBe(hourMs);
	await ground.clock.runFor(ACCESS_HOUR_MS - ACCESS_USED_MS);
	expect(whoIs(ann, secret)).toBe("ops");
	await pulse();
	expect(await used()).toBe(hourMs);
	await ground.clock.runFor(ACCESS_HOUR_MS);
	expect(whoIs(ann, secret)).toBe("ops");
	await pulse();
	expect(await used()).toBeGreaterThan(hourMs);
});
