/**
 * Who may ask for what, over a store in memory: the node's own rules, with the state of
 * things given by hand.
 */
import { Access } from "../../node/answers/access.ts";
import type {
	Audit,
	AuditRecord,
	GivenTokens,
	GoodPulse,
	ShardAccess,
	TokenMint,
	TokenWish,
} from "../../node/ports.ts";
import type { AccessToken } from "../../protocol/access.ts";
import { ACCESS_TOKENS_MAX } from "../../protocol/limits.ts";
import { VirtualClock } from "../clock.ts";
import { silentLog } from "../contract/gossip-bench.ts";
import type { MemoryShard } from "./shard.ts";
import { createMemoryStore } from "./store.ts";

/** Each token is another: `hs_read_` and its number. */
export class CountingMint implements TokenMint {
	#minted = 0;

	mint(role: string): string {
		this.#minted += 1;
		return `hs_${role}_${this.#minted.toString().padStart(32, "0")}`;
	}
}

export class AccessGround {
	readonly clock = new VirtualClock();
	readonly store = createMemoryStore({
		shards: 1,
		nowMs: () => this.clock.wallMs(),
	});
	readonly mint = new CountingMint();

	get home(): MemoryShard {
		return this.store.shards[0] as MemoryShard;
	}

	/** What the store has. */
	get kept(): readonly AccessToken[] {
		const limit = ACCESS_TOKENS_MAX;
		return this.home.contents.access.step(0, limit, 0).tokens;
	}

	/** A node that has not heard from the store yet. */
	node(
		given: GivenTokens = { secrets: [] },
		home: ShardAccess = this.home.access,
	): Access {
		const { clock, mint } = this;
		return new Access({ home, clock, log: silentLog, given, mint });
	}

	/**
	 * Everything is gone, and another store counts its tokens from the start. Returns a node
	 * that knows this store alone.
	 */
	async startAnew(): Promise<Access> {
		this.store.empty();
		const known = { generation: 1, run: "another" };
		this.home.contents.sessions.tokens.adopt(known, this.clock.wallMs());
		const access = this.node();
		await this.pulse(access);
		return access;
	}

	/**
	 * Tells a node the state of things, as a pulse does; resolves when the node has read
	 * what it has to.
	 */
	async pulse(access: Access): Promise<void> {
		const { contents } = this.home;
		const told = {
			accessVersion: contents.access.version,
			nowMs: this.clock.wallMs(),
			raised: contents.sessions.tokens.raised(),
		};
		access.pulsed(told as GoodPulse);
		await this.clock.runFor(0);
	}
}

/** Ann and bob, who have both heard from the store. */
export async function startPair() {
	const ground = new AccessGround();
	const [ann, bob] = [ground.node(), ground.node()];
	const pulse = async () => {
		await ground.pulse(ann);
		await ground.pulse(bob);
	};
	await pulse();
	return { ground, ann, bob, pulse };
}

/** Creates an operator's token, unless told otherwise; returns its secret. */
export async function createToken(
	access: Access,
	name: string,
	more: Partial<TokenWish> = {},
): Promise<string> {
	const made = await access.create({ name, role: "operate", ...more });
	if (!made.ok) throw new Error(`${name} is ${made.code}`);
	return made.secret;
}

/** Who is let in with this secret, or why nobody is. */
export function whoIs(access: Access, secret?: string): string {
	const verdict = access.whose(secret);
	return verdict.ok ? verdict.asker.name : verdict.why;
}

/** Everybody may do everything, since no token is known. */
export async function openAccess(given?: GivenTokens): Promise<Access> {
	const ground = new AccessGround();
	const access = ground.node(given);
	await ground.pulse(access);
	return access;
}

export class RecordedAudit implements Audit {
	readonly records: AuditRecord[] = [];

	audited(record: AuditRecord): void {
		this.records.push(record);
	}
}
