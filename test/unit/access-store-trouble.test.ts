/** Who may ask for what while the store is away, and after it has lost data. */
import { expect, test } from "vitest";
import { type ShardAccess, StoreError } from "../../node/ports.ts";
import { ACCESS_FRESH_MS, ACCESS_WHOLE_MS } from "../../protocol/limits.ts";
import {
	AccessGround,
	createToken,
	startPair,
	whoIs,
} from "../fakes/access.ts";
import { AccessTokens } from "../fakes/shard-access.ts";

test("access: while the store is away known tokens are good, revoked ones are refused, and others are in doubt", async () => {
	const { ground, ann, bob, pulse } = await startPair();
	const secret = await createToken(ann, "ops");
	const gone = await createToken(ann, "ci");
	await ann.revoke("ci");
	await pulse();
	const other = ground.mint.mint("read");
	expect(whoIs(bob, other)).toBe("unknown");
	await ground.clock.runFor(ACCESS_FRESH_MS + 1);
	expect([whoIs(bob, secret), whoIs(bob, gone)]).toEqual(["ops", "revoked"]);
	expect([whoIs(bob, other), whoIs(bob)]).toEqual(["unsure", "missing"]);
	await pulse();
	expect(whoIs(bob, other)).toBe("unknown");
});

test("access: a store that has lost writes gets them back, and revives no revoked token", async () => {
	const { ground, ann, bob, pulse } = await startPair();
	const ops = await createToken(ann, "ops");
	const ci = await createToken(ann, "ci");
	await ground.clock.runFor(10);
	const image = ground.store.save();
	await ann.revoke("ci");
	const dash = await createToken(ann, "dash");
	await ground.clock.runFor(10);
	ground.store.restart(image);
	for (const node of [ann, bob]) node.storeIsBack();
	// Bob has never heard of it, and reads what the store has: for a moment he takes it.
	await ground.pulse(bob);
	expect(whoIs(bob, ci)).toBe("ci");
	await pulse();
	await pulse();
	for (const node of [ann, bob]) {
		const all = [whoIs(node, ops), whoIs(node, ci), whoIs(node, dash)];
		expect(all).toEqual(["ops", "revoked", "dash"]);
	}
	const cid = ground.node();
	await ground.pulse(cid);
	expect([whoIs(cid, ci), whoIs(cid, dash)]).toEqual(["revoked", "dash"]);
});

test("access: a store that counts its tokens anew is read anew, though it has come to the same number", async () => {
	const { ground, ann, bob, pulse } = await startPair();
	await createToken(ann, "ops");
	await pulse();
	const { version } = ground.home.contents.access;
	const cid = await ground.startAnew();
	const other = await createToken(cid, "other");
	expect(ground.home.contents.access.version).toBe(version);
	await ground.pulse(bob);
	expect(whoIs(bob, other)).toBe("other");
});

test("access: an answer that was on its way when the store began to count anew does not count as that store's", async () => {
	const ground = new AccessGround();
	const ann = ground.node();
	let answered = Promise.resolve();
	const { access } = ground.home;
	/** Answers once it may. */
	const tokens: ShardAccess["tokens"] = async (since, limit) => {
		const step = await access.tokens(since, limit);
		await answered;
		return step;
	};
	const slow = new Proxy(access, {
		get: (methods, name) =>
			name === "tokens" ? tokens : Reflect.get(methods, name).bind(access),
	});
	const bob = ground.node({ secrets: [] }, slow);
	await ground.pulse(ann);
	await ground.pulse(bob);
	const answer = Promise.withResolvers<void>();
	answered = answer.promise;
	await createToken(ann, "ops");
	await ground.pulse(bob);
	const { version } = ground.home.contents.access;
	const cid = await ground.startAnew();
	const other = await createToken(cid, "other");
	expect(ground.home.contents.access.version).toBe(version);
	await ground.pulse(bob);
	answer.resolve();
	await ground.clock.runFor(0);
	await ground.pulse(bob);
	expect(whoIs(bob, other)).toBe("other");
});

test("access: nobody is let in because a store has lost everything", async () => {
	const { ground, ann, bob, pulse } = await startPair();
	const ops = await createToken(ann, "ops");
	await pulse();
	ground.store.empty();
	await pulse();
	await pulse();
	expect([whoIs(ann), whoIs(bob, ops)]).toEqual(["missing", "ops"]);
	expect(ground.kept).toHaveLength(1);
});

test("access: tokens that somebody deleted by hand are put back within a minute", async () => {
	const { ground, ann, pulse } = await startPair();
	await createToken(ann, "ops");
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

test("access: a read or a restoration that fails is tried again with the next pulse", async () => {
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
	await createToken(ann, "ops");
	await ground.pulse(ann);
	ground.store.empty();
	fails = 1;
	await ground.pulse(ann);
	expect(ground.kept).toEqual([]);
	const { tokens } = access;
	let reads = 0;
	access.tokens = (...asked) => {
		reads += 1;
		if (reads === 1) fails = 1; // The next call restores tokens.
		return tokens.apply(access, asked);
	};
	await ground.pulse(ann);
	expect(ground.kept).toEqual([]);
	await ground.pulse(ann);
	expect(ground.kept).toHaveLength(1);
});
