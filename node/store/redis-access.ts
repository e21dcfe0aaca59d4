/**
 * The access tokens of a shard in Redis: the `ShardAccess` port, each method one script
 * of the same name. `lua/access/` says what a step does.
 */
import assert from "node:assert/strict";
import type { AccessToken } from "../../protocol/access.ts";
import {
	ACCESS_PUT_BACK_MAX,
	ACCESS_STEP_MAX,
	ACCESS_USED_MAX,
} from "../../protocol/limits.ts";
import type {
	AccessStep,
	GrantTokenReply,
	Log,
	NewAccessToken,
	RevokeTokenReply,
	ShardAccess,
} from "../ports.ts";
import { decodeToken, encodeMay, encodeToken } from "./access-codec.ts";
import type { Reply } from "./redis/connection.ts";
import type { ShardScripts } from "./shard-scripts.ts";

/** The number of values for each token read: name, line, hour of its last use. */
const STRIDE = 3;

export class RedisAccess implements ShardAccess {
	readonly #scripts: ShardScripts;
	readonly #log: Log;
	/** The unreadable tokens that were logged last. */
	#toldUnreadable = "";

	constructor(scripts: ShardScripts, log: Log) {
		this.#scripts = scripts;
		this.#log = log;
	}

	async tokens(since: number, limit: number): Promise<AccessStep> {
		assert(limit > 0 && limit <= ACCESS_STEP_MAX);
		const reply = await this.#scripts.run("tokens", since, limit);
		const [nowMs, version, next, ...values] = reply as [
			...[number, string, string],
			...string[],
		];
		const unreadable: string[] = [];
		const tokens: AccessToken[] = [];
		for (let at = 0; at < values.length; at += STRIDE) {
			const [name = "", line = "", used = ""] = values.slice(at, at + STRIDE);
			const token = decodeToken(name, line, used);
			if (token === undefined) unreadable.push(name);
			else tokens.push(token);
		}
		this.#tell(unreadable.join(", "));
		return {
			...{ nowMs, version: Number(version), tokens },
			next: next === "" ? undefined : Number(next),
		};
	}

	async grantToken(token: NewAccessToken): Promise<GrantTokenReply> {
		const { name, hash } = token;
		const args = [name, hash, encodeMay(token)];
		const reply = await this.#scripts.run("grant-token", ...args);
		const [code] = reply as [string];
		if (code === "taken" || code === "full") return { ok: false, code };
		return decodeChanged(name, reply);
	}

	async revokeToken(name: string): Promise<RevokeTokenReply> {
		const reply = await this.#scripts.run("revoke-token", name);
		const [code] = reply as [string];
		if (code === "none") return { ok: false, code };
		return decodeChanged(name, reply);
	}

	async putTokensBack(tokens: readonly AccessToken[]) {
		assert(tokens.length <= ACCESS_PUT_BACK_MAX);
		const args = tokens.flatMap((token) => [token.name, encodeToken(token)]);
		const reply = await this.#scripts.run("put-tokens-back", ...args);
		const [nowMs, written] = reply as [number, number];
		return { nowMs, written };
	}

	async tokensUsed(names: readonly string[], hourMs: number): Promise<void> {
		assert(names.length <= ACCESS_USED_MAX);
		await this.#scripts.run("tokens-used", hourMs, ...names);
	}

	#tell(names: string): void {
		if (names === "" || names === this.#toldUnreadable) return;
		this.#toldUnreadable = names;
		this.#log.warn(
			{ tokens: names },
			"records of access tokens in Redis cannot be read; these tokens are refused",
		);
	}
}

function decodeChanged(
	name: string,
	reply: Reply,
): Extract<GrantTokenReply, { ok: true }> {
	const [, nowMs, version, line] = reply as [string, number, string, string];
	const token = decodeToken(name, line);
	if (token === undefined) throw new Error(`the token ${name} is unreadable`);
	return { ok: true, nowMs, token, version: Number(version) };
}
