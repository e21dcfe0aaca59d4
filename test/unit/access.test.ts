/** Who may ask for what, on nodes that share a store which is away or loses writes. */
import { expect, test } from "vitest";
import type { Access } from "../../node/answers/access.ts";
import { type ShardAccess, StoreError } from "../../node/ports.ts";
import {
	ACCESS_FRESH_MS,
	ACCESS_HOUR_MS,
	ACCESS_STEP_MAX,
	ACCESS_USED_MS,
	ACCESS_WHOLE_MS,
} from "../../protocol/limits.ts";
import { AccessGround } from "../fakes/access.ts";
import { AccessTokens } from "../fakes/shard-access.ts";

async function created(access: Access, name: string, more = {}) {
	const made = await access.create({ name, role: "operate", ...more });
	if (!made.ok) throw new Error(`${name} is ${made.code}`);
	return made.secret;
}

const why = (access: Access, secret?: string) => {
	const verdict = access.whose(secret);
	return verdict.ok ? verdict.asker.name : verdict.why;
};

/** Ann and bob, who have both heard from the store. */
async function begin() {
	const ground = new AccessGround();
	const [ann, bob] = [ground.node(), ground.node()];
	const pulse = async () => {
		await ground.pulse(ann);
		await ground.pulse(bob);
	};
	await pulse();
	return { ground, ann, bob, pulse };
}

test("access: a node that has not heard from the store cannot tell, and lets nobody in", async () => {
	const ground = new AccessGround();
	const access = ground.node();
	expect([access.isKnown, why(access)]).toEqual([false, "unsure"]);
	await ground.pulse(access);
	expect([access.isKnown, why(access)]).toEqual([true, "-"]);
});

test("access: where there is no token, none is asked for, and any is let pass", async () => {
	const { ann } = await begin();
	expect(ann.whose(undefined)).toEqual({
		ok: true,
		asker: { name: "-", role: "operate" },
	});
	expect(why(ann, `hs_read_${"x".repeat(32)}`)).toBe("-");
});

test("access: the first token is an operator's, and from then on every node asks for one", async () => {
	const { ann, bob, pulse } = await begin();
	const refused = await ann.create({ name: "dash", role: "read" });
	expect(refused).toEqual({ ok: false, code: "first" });
	const secret = await created(ann, "ops");
	expect([why(ann), why(ann, secret)]).toEqual(["missing", "ops"]);
	expect(why(bob)).toBe("-");
	await pulse();
	expect([why(bob), why(bob, secret)]).toEqual(["missing", "ops"]);
	expect(why(bob, `${secret.slice(0, -1)}x`)).toBe("unknown");
	expect(why(bob, "something else")).toBe("unknown");
});

test("access: what is revoked on one node is refused there at once, and on others with their next pulse", async () => {
	const { ann, bob, pulse } = await begin();
	await created(ann, "ops");
	const secret = await created(ann, "ci");
	await pulse();
	expect(await bob.revoke("ci")).toMatchObject({ name: "ci" });
	expect([why(ann, secret), why(bob, secret)]).toEqual(["ci", "revoked"]);
	await pulse();
	expect(why(ann, secret)).toBe("revoked");
	expect((await ann.list()).map(({ name }) => name)).toEqual(["ops"]);
});

test("access: a cluster whose last token is revoked does not become open again", async () => {
	const { ground, ann, pulse } = await begin();
	await created(ann, "ops");
	await ann.revoke("ops");
	await pulse();
	const cid = ground.node();
	await ground.pulse(cid);
	expect([why(ann), why(cid)]).toEqual(["missing", "missing"]);
});

test("access: while the store is away known tokens are good, revoked ones refused, and of others it is not sure", async () => {
	const { ground, ann, bob, pulse } = await begin();
	const secret = await created(ann, "ops");
	const gone = await created(ann, "ci");
	await ann.revoke("ci");
	await pulse();
	const other = ground.mint.mint("read");
	expect(why(bob, other)).toBe("unknown");
	await ground.clock.runFor(ACCESS_FRESH_MS + 1);
	expect([why(bob, secret), why(bob, gone)]).toEqual(["ops", "revoked"]);
	expect([why(bob, other), why(bob)]).toEqual(["unsure", "missing"]);
	await pulse();
	expect(why(bob, other)).toBe("unknown");
});

test("access: a token that a node has heard of and not read yet is not said to be none", async () => {
	const { ground, ann, bob } = await begin();
	await created(ann, "ops");
	await ground.pulse(bob);
	const secret = await created(ann, "ci");
	const { promise, resolve } = Promise.withResolvers<void>();
	const { access } = ground.home;
	const tokens = access.tokens.bind(access);
	access.tokens = async (...asked) => {
		await promise;
		return await tokens(...asked);
	};
	await ground.pulse(bob);
	expect(why(bob, secret)).toBe("unsure");
	resolve();
	await ground.clock.runFor(0);
	expect(why(bob, secret)).toBe("ci");
});

test("access: a token is refused from the moment that it expires, by the store's clock, though the store is away", async () => {
	const { ground, ann, bob, pulse } = await begin();
	await created(ann, "ops");
	const secret = await created(ann, "ci", { expiresMs: ann.nowMs() + 60_000 });
	await pulse();
	await ground.clock.runFor(59_999);
	expect(why(bob, secret)).toBe("ci");
	await ground.clock.runFor(1);
	expect(why(bob, secret)).toBe("expired");
});

test("access: a store that has lost writes is given them back, and revives no revoked token", async () => {
	const { ground, ann, bob, pulse } = await begin();
	const ops = await created(ann, "ops");
	const ci = await created(ann, "ci");
	await ground.clock.runFor(10);
	const image = ground.store.save();
	await ann.revoke("ci");
	const dash = await created(ann, "dash");
	await ground.clock.runFor(10);
	ground.store.restart(image);
	for (const node of [ann, bob]) node.storeIsBack();
	// Bob has never heard of it, and reads what the store has: for a moment he takes it.
	await ground.pulse(bob);
	expect(why(bob, ci)).toBe("ci");
	await pulse();
	await pulse();
	for (const node of [ann, bob]) {
		const all = [why(node, ops), why(node, ci), why(node, dash)];
		expect(all).toEqual(["ops", "revoked", "dash"]);
	}
	const cid = ground.node();
	await ground.pulse(cid);
	expect([why(cid, ci), why(cid, dash)]).toEqual(["revoked", "dash"]);
});

test("access: a store that counts its tokens anew is read anew, though it has come to the same number", async () => {
	const { ground, ann, bob, pulse } = await begin();
	await created(ann, "ops");
	await pulse();
	const { version } = ground.home.contents.access;
	ground.store.empty();
	const known = { generation: 1, run: "another" };
	ground.home.contents.sessions.tokens.adopt(known, ground.clock.wallMs());
	const cid = ground.node();
	await ground.pulse(cid);
	const other = await created(cid, "other");
	expect(ground.home.contents.access.version).toBe(version);
	await ground.pulse(bob);
	expect(why(bob, other)).toBe("other");
});

test("access: a store that has lost everything is no reason to let anybody in", async () => {
	const { ground, ann, bob, pulse } = await begin();
	const ops = await created(ann, "ops");
	await pulse();
	ground.store.empty();
	await pulse();
	await pulse();
	expect([why(ann), why(bob, ops)]).toEqual(["missing", "ops"]);
	expect(ground.kept).toHaveLength(1);
});

test("access: what somebody has deleted by hand is put back within a minute", async () => {
	const { ground, ann, pulse } = await begin();
	await created(ann, "ops");
	await pulse();
	const { access } = ground.home.contents;
	ground.home.contents.access = new AccessTokens();
	ground.home.contents.access.version = access.version;
	await pulse();
	expect(ground.kept).toEqual([]);
	await ground.clock.runFor(ACCESS_WHOLE_MS + 1);
	await pulse();
	expect(ground.kept).toHaveLength(1);
});

test("access: hundreds of tokens are read in steps, and then those that are changed", async () => {
	const { ground, ann, bob, pulse } = await begin();
	const secrets = [await created(ann, "ops")];
	while (secrets.length <= 2 * ACCESS_STEP_MAX)
		secrets.push(await created(ann, `token-${secrets.length}`));
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
	expect(why(bob, secrets[7])).toBe("revoked");
	expect(asked).toHaveLength(1);
	expect(asked).not.toContain(0);
	await ann.list();
	expect(asked).toHaveLength(4);
});

test("access: what cannot be read or put back is tried again with the next pulse", async () => {
	const ground = new AccessGround();
	const { access } = ground.home;
	let fails = 0;
	const failing = async () => {
		if (fails === 0) return;
		fails -= 1;
		throw new StoreError("unreachable", "away");
	};
	const link: ShardAccess = {
		...{ grantToken: access.grantToken, revokeToken: access.revokeToken },
		tokensUsed: access.tokensUsed,
		tokens: (...asked) => failing().then(() => access.tokens(...asked)),
		putTokensBack: (all) => failing().then(() => access.putTokensBack(all)),
	};
	const bound = new Proxy(link, {
		get: (methods, name) => Reflect.get(methods, name).bind(access),
	});
	const ann = ground.node({ secrets: [] }, bound);
	await ground.pulse(ann);
	await created(ann, "ops");
	await ground.pulse(ann);
	ground.store.empty();
	fails = 1;
	await ground.pulse(ann);
	expect(ground.kept).toEqual([]);
	const { tokens } = access;
	let reads = 0;
	access.tokens = (...asked) => {
		reads += 1;
		if (reads === 1) fails = 1; // The next is the putting back.
		return tokens.apply(access, asked);
	};
	await ground.pulse(ann);
	expect(ground.kept).toEqual([]);
	await ground.pulse(ann);
	expect(ground.kept).toHaveLength(1);
});

test("access: tokens of a file are good whatever the store says, with the role of their prefix, as long as they are in it", async () => {
	const ground = new AccessGround();
	const [one, two] = [ground.mint.mint("read"), ground.mint.mint("operate")];
	const given = { secrets: [one, two] as readonly string[] };
	const ann = ground.node(given);
	expect([ann.isKnown, why(ann), why(ann, two)]).toEqual([
		...[true, "missing", "token-file:2"],
	]);
	expect(ann.whose(one)).toMatchObject({ asker: { role: "read" } });
	await ground.pulse(ann);
	given.secrets = [one];
	expect([why(ann, one), why(ann, two)]).toEqual(["token-file:1", "unknown"]);
	given.secrets = [];
	expect([why(ann), why(ann, one)]).toEqual(["missing", "unknown"]);
});

test("access: when a token was last used is told to the hour, and seldom", async () => {
	const { ground, ann, pulse } = await begin();
	const secret = await created(ann, "ops");
	await pulse();
	const used = async () => (await ann.list())[0]?.usedMs;
	expect(why(ann, secret)).toBe("ops");
	await pulse();
	const hourMs = ann.nowMs() - (ann.nowMs() % ACCESS_HOUR_MS);
	expect(await used()).toBe(hourMs);
	await ground.clock.runFor(ACCESS_HOUR_MS - ACCESS_USED_MS);
	expect(why(ann, secret)).toBe("ops");
	await pulse();
	expect(await used()).toBe(hourMs);
	await ground.clock.runFor(ACCESS_HOUR_MS);
	expect(why(ann, secret)).toBe("ops");
	await pulse();
	expect(await used()).toBeGreaterThan(hourMs);
});
