/**
 * Access: who may ask what of this node.
 *
 * The store keeps the tokens, and every node knows all of them, so that no request costs
 * a call. A pulse reports a number that rises with every change; then the changed tokens
 * are read. All of them are read now and then, and whenever the store may have lost some.
 * While the store is away, the node goes on with what it knows. A store that comes back
 * without its last writes is given what the node knows better: for each name the newer
 * record counts, so what was revoked stays revoked.
 *
 * A cluster without tokens is open, as far as its nodes may be. A cluster that ever had a
 * token is not open, nor is a node that was given some; and neither becomes open again by
 * losing them.
 */
import {
	type AccessToken,
	mergeTokens,
	NOBODY,
	roleOfToken,
} from "../../protocol/access.ts";
import {
	ACCESS_FRESH_MS,
	ACCESS_HOUR_MS,
	ACCESS_REVOKED_KEPT_MS,
	ACCESS_USED_MAX,
	ACCESS_USED_MS,
	ACCESS_WHOLE_MS,
} from "../../protocol/limits.ts";
import {
	type AccessApi,
	type Asker,
	type Clock,
	type GivenTokens,
	type GoodPulse,
	type Log,
	type ShardAccess,
	StoreError,
	type TokenMade,
	type TokenMint,
	type TokenWish,
	type Verdict,
} from "../ports.ts";
import { digestOf, TokenIndex } from "./token-index.ts";
import { putTokensBack, readTokens } from "./token-steps.ts";

export interface AccessParts {
	/** The shard that keeps the tokens. */
	readonly home: ShardAccess;
	readonly clock: Pick<Clock, "monoMs">;
	readonly log: Log;
	readonly given: GivenTokens;
	readonly mint: TokenMint;
}

/** The asker if nobody has to identify themselves. */
const ANYBODY: Verdict = { ok: true, asker: { name: NOBODY, role: "operate" } };
const MISSING: Verdict = { ok: false, why: "missing" };
const UNKNOWN: Verdict = { ok: false, why: "unknown" };
const UNSURE: Verdict = { ok: false, why: "unsure" };
const REVOKED: Verdict = { ok: false, why: "revoked" };
const EXPIRED: Verdict = { ok: false, why: "expired" };

/** What is known of one token. */
interface Known {
	readonly verdict: Verdict;
	readonly expiresMs: number;
	/** The token's name, if it is a token of the store. */
	readonly name: string | undefined;
	/** The hour up to which it is known to have been used. */
	usedMs: number;
}

export class Access implements AccessApi {
	/** Resolves when it has been read for the first time which tokens there are, if any. */
	readonly known: Promise<void>;
	#isKnown = false;
	readonly #tell: () => void;
	readonly #parts: AccessParts;
	#tokens: ReadonlyMap<string, AccessToken> = new Map();
	#index = new TokenIndex<Known>();
	#given: readonly string[] = [];
	/** Whether a token is needed here; once true, it stays so. */
	#isClosed = false;
	/** The number of the last write of tokens that is known here; -1 if all have to be read again. */
	#version = -1;
	/** When all tokens were last read. */
	#wholeMs = Number.NEGATIVE_INFINITY;
	/** The number of the last write, as the last pulse reported it. */
	#versionTold = 0;
	/** When it was last certain that the store has nothing newer. */
	#freshMs = Number.NEGATIVE_INFINITY;
	#aheadMs = 0;
	#reading = false;
	#isBack = false;
	/** The store's generation, as the last pulse reported it. */
	#generation = 0;
	/** Names of tokens that were used, not yet reported to the store. */
	#used = new Set<string>();
	#usedToldMs = Number.NEGATIVE_INFINITY;

	constructor(parts: AccessParts) {
		this.#parts = parts;
		const { promise, resolve } = Promise.withResolvers<void>();
		this.known = promise;
		this.#tell = resolve;
		this.#indexAll();
	}

	/** Whether it is known who may ask what of this node. */
	get isKnown(): boolean {
		return this.#isKnown || this.#parts.given.secrets.length > 0;
	}

	/** Whether a token is needed here. */
	get isClosed(): boolean {
		if (this.#parts.given.secrets !== this.#given) this.#indexAll();
		return this.#isClosed;
	}

	/** The store came back, perhaps without its last writes. */
	storeIsBack(): void {
		this.#isBack = true;
	}

	/** Shard 0 has reported its state. */
	pulsed({ nowMs, accessVersion, raised }: GoodPulse): void {
		this.#aheadMs = nowMs - this.#parts.clock.monoMs();
		// A store that was emptied counts anew, and may have come to the same number.
		if (this.#isBack || raised.generation !== this.#generation)
			this.#version = -1;
		// What is being read may be the former store's: all is read once more then.
		this.#isBack = this.#reading && this.#version < 0;
		this.#generation = raised.generation;
		this.#versionTold = accessVersion;
		if (accessVersion > 0) this.#isClosed = true;
		// If there never was a token and none is known, there is nothing to read.
		const isNone = accessVersion === 0 && this.#tokens.size === 0;
		if (isNone) this.#has(0);
		else if (accessVersion !== this.#version || this.#isLongAgo)
			void this.#read(accessVersion);
		else this.#freshMs = this.#parts.clock.monoMs();
		void this.#tellUsed();
	}

	nowMs(): number {
		return this.#parts.clock.monoMs() + this.#aheadMs;
	}

	whose(secret: string | undefined): Verdict {
		if (!this.isClosed) return this.#isKnown ? ANYBODY : UNSURE;
		if (secret === undefined) return MISSING;
		const known = this.#index.find(secret);
		if (known === undefined)
			return this.#isFresh || roleOfToken(secret) === undefined
				? UNKNOWN
				: UNSURE;
		const nowMs = this.nowMs();
		if (known.expiresMs <= nowMs) return EXPIRED;
		if (known.name !== undefined && nowMs >= known.usedMs + ACCESS_HOUR_MS) {
			known.usedMs = nowMs - (nowMs % ACCESS_HOUR_MS);
			this.#used.add(known.name);
		}
		return known.verdict;
	}

	async list(): Promise<readonly AccessToken[]> {
		const { tokens } = await readTokens(this.#parts.home, 0);
		return tokens
			.filter(({ revokedMs }) => revokedMs === undefined)
			.sort((a, b) => (a.name < b.name ? -1 : 1));
	}

	async create(wish: TokenWish): Promise<TokenMade> {
		if (!this.isClosed && wish.role !== "operate")
			return { ok: false, code: "first" };
		const { home, mint } = this.#parts;
		const secret = mint.mint(wish.role);
		const hash = digestOf(secret).toString("hex");
		const granted = await home.grantToken({ ...wish, hash });
		if (!granted.ok) return granted;
		this.#learn(granted.token);
		return { ok: true, token: granted.token, secret };
	}

	async revoke(name: string): Promise<AccessToken | undefined> {
		const revoked = await this.#parts.home.revokeToken(name);
		if (!revoked.ok) return undefined;
		this.#learn(revoked.token);
		return revoked.token;
	}

	/** Whether a token that this node does not know is certainly none. */
	get #isFresh(): boolean {
		const ageMs = this.#parts.clock.monoMs() - this.#freshMs;
		return this.#version >= this.#versionTold && ageMs <= ACCESS_FRESH_MS;
	}

	/** Remembers a token at once: the store may lose it before it is read. */
	#learn(token: AccessToken): void {
		const known = this.#tokens.get(token.name);
		if (known !== undefined && known.version >= token.version) return;
		this.#tokens = new Map(this.#tokens).set(token.name, token);
		this.#indexAll();
	}

	#has(version: number): void {
		this.#version = version;
		this.#freshMs = this.#parts.clock.monoMs();
		if (this.#isKnown) return;
		this.#isKnown = true;
		this.#tell();
	}

	/**
	 * Whether all tokens have to be read again, to find what was written without the node's
	 * knowledge, for instance by hand.
	 */
	get #isLongAgo(): boolean {
		return this.#parts.clock.monoMs() - this.#wholeMs > ACCESS_WHOLE_MS;
	}

	async #read(versionTold: number): Promise<void> {
		if (this.#reading) return;
		this.#reading = true;
		const { home, clock, log } = this.#parts;
		const isWhole = versionTold < this.#version || this.#isLongAgo;
		const since = isWhole ? 0 : Math.max(0, this.#version);
		try {
			const { tokens: read, version, nowMs } = await readTokens(home, since);
			// A node that was away for longer than revocations are remembered knows nothing for
			// sure.
			const isOld = clock.monoMs() - this.#freshMs > ACCESS_REVOKED_KEPT_MS;
			const before = isOld && this.#isKnown ? new Map() : this.#tokens;
			const merged = mergeTokens(before, read, since === 0, nowMs);
			this.#tokens = merged.tokens;
			this.#indexAll();
			this.#has(version);
			if (since === 0) this.#wholeMs = clock.monoMs();
			if (merged.lost.length > 0) await this.#putBack(merged.lost);
		} catch (error) {
			// The version stays behind, so the next pulse makes it read again.
			if (!(error instanceof StoreError)) throw error;
			log.debug({ err: error }, "could not read the access tokens");
		} finally {
			this.#reading = false;
		}
	}

	async #putBack(lost: readonly AccessToken[]): Promise<void> {
		const { home, log } = this.#parts;
		// Whatever comes of it, they are read once more.
		this.#version = -1;
		const all = await putTokensBack(home, lost);
		if (all > 0)
			log.warn(
				{ tokens: all },
				"the store had lost what is known of access tokens; it was put back",
			);
	}

	/** Reports to the store, now and then, which tokens were used. */
	async #tellUsed(): Promise<void> {
		const { clock, home, log } = this.#parts;
		const nowMs = clock.monoMs();
		if (this.#used.size === 0 || nowMs - this.#usedToldMs < ACCESS_USED_MS)
			return;
		this.#usedToldMs = nowMs;
		const names = [...this.#used].slice(0, ACCESS_USED_MAX);
		for (const name of names) this.#used.delete(name);
		const storeMs = this.nowMs();
		try {
			await home.tokensUsed(names, storeMs - (storeMs % ACCESS_HOUR_MS));
		} catch (error) {
			if (!(error instanceof StoreError)) throw error;
			for (const name of names) this.#used.add(name);
			log.debug({ err: error }, "could not tell which tokens were used");
		}
	}

	#indexAll(): void {
		const index = new TokenIndex<Known>();
		this.#given = this.#parts.given.secrets;
		for (const token of this.#tokens.values())
			index.add(Buffer.from(token.hash, "hex"), knownOf(token));
		for (const [at, secret] of this.#given.entries()) {
			const role = roleOfToken(secret);
			if (role === undefined) continue;
			const asker: Asker = { name: `token-file:${at + 1}`, role };
			index.add(digestOf(secret), {
				...{ verdict: { ok: true, asker }, expiresMs: Infinity },
				...{ name: undefined, usedMs: Infinity },
			});
		}
		this.#index = index;
		if (this.#given.length > 0 || this.#tokens.size > 0) this.#isClosed = true;
	}
}

function knownOf(token: AccessToken): Known {
	const { name, role, queues, types, payloads } = token;
	const { expiresMs = Infinity, revokedMs, usedMs = 0 } = token;
	if (revokedMs !== undefined)
		return { verdict: REVOKED, expiresMs: Infinity, name: undefined, usedMs };
	const asker: Asker = {
		...{ name, role },
		...(queues && { queues }),
		...(types && { types }),
		...(payloads && { payloads }),
	};
	return { verdict: { ok: true, asker }, expiresMs, name, usedMs };
}
