/** What a node makes of tokens that were read of a store that is another one by then. */
import { expect, test } from "vitest";
import type { Access } from "../../node/answers/access.ts";
import type { ShardAccess } from "../../node/ports.ts";
import { AccessGround } from "../fakes/access.ts";

async function created(access: Access, name: string) {
	const made = await access.create({ name, role: "operate" });
	if (!made.ok) throw new Error(`${name} is ${made.code}`);
	return made.secret;
}

const why = (access: Access, secret?: string) => {
	const verdict = access.whose(secret);
	return verdict.ok ? verdict.asker.name : verdict.why;
};

test("access: what was being read when a store came to count anew is no word of that store", async () => {
	const ground = new AccessGround();
	const ann = ground.node();
	let answered = Promise.resolve();
	const { access } = ground.home;
	/** Answers when it is let. */
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
	await created(ann, "ops");
	await ground.pulse(bob);
	const { version } = ground.home.contents.access;
	ground.store.empty();
	const known = { generation: 1, run: "another" };
	ground.home.contents.sessions.tokens.adopt(known, ground.clock.wallMs());
	const cid = ground.node();
	await ground.pulse(cid);
	const other = await created(cid, "other");
	expect(ground.home.contents.access.version).toBe(version);
	await ground.pulse(bob);
	answer.resolve();
	await ground.clock.runFor(0);
	await ground.pulse(bob);
	expect(why(bob, other)).toBe("other");
});
