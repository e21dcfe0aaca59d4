/**
 * The nodes that a command asks: those of `--url`, one after the other until one answers.
 * If a node did not answer, the next is not asked for what the first may have done, unless
 * doing it twice does no harm.
 */
import {
	type Answer,
	Client,
	type NoAnswer,
} from "../../protocol/client/client.ts";
import { COMMAND_MS_MAX } from "../../protocol/limits.ts";
import { ConfigError } from "../options.ts";
import type { Clock } from "../ports.ts";
import { CommandFailed } from "./command-failed.ts";
import type { Environment, Flags, FlagValues } from "./flags.ts";

/** Flags of every command that asks nodes. */
export const CLIENT_FLAGS = {
	url: {
		kind: "texts",
		value: "URL",
		env: ["HEARSAY_URL"],
		help: "a node to ask, repeatable; the next is asked when one is down (default http://127.0.0.1:5000)",
	},
	json: { kind: "switch", help: "print JSON, for programs" },
} as const satisfies Flags;

/**
 * The access token that commands send. There is no flag for it, because others can see
 * the arguments of a program.
 */
export const TOKEN_VARIABLE = "HEARSAY_TOKEN";

const URL_DEFAULT = { text: "http://127.0.0.1:5000", from: "--url" };
/** Codes of errors that mean that nothing was sent. */
const UNREACHED = [
	...["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"],
	...["EHOSTUNREACH", "ENETUNREACH"],
];

export class Nodes {
	readonly #urls: readonly string[];
	readonly #token: string | undefined;
	readonly #clock: Clock;

	/** Reads the addresses and the token. @throws ConfigError */
	constructor(flags: FlagValues<"url">, env: Environment, clock: Clock) {
		const given = flags.texts("url");
		this.#urls = (given.length === 0 ? [URL_DEFAULT] : given).map(readUrl);
		this.#token = readToken(env[TOKEN_VARIABLE]);
		this.#clock = clock;
	}

	/**
	 * The answer of the first node that gives one. `mayRepeat`: doing it twice does no
	 * harm. @throws CommandFailed
	 */
	async ask<T>(
		asks: (client: Client) => Promise<Answer<T>>,
		mayRepeat: boolean,
	): Promise<T> {
		const trouble: string[] = [];
		let isLate = false;
		for (const url of this.#urls) {
			const answer = await this.#askOne(url, asks);
			if (!(answer instanceof Error)) return answered(answer, this.#token);
			const { why, reason } = answer;
			const late = why === "AbortError";
			isLate ||= late;
			trouble.push(
				`${url}: ${late ? `no answer in ${COMMAND_MS_MAX / 1_000} s` : reason}`,
			);
			if (!mayRepeat && !UNREACHED.includes(why))
				throw new CommandFailed(
					`${trouble.join("; ")}; it may have been done all the same, so look before you try again.`,
					late ? 3 : 1,
				);
		}
		throw new CommandFailed(
			`No node answered: ${trouble.join("; ")}; give the address of one that runs with --url or HEARSAY_URL.`,
			isLate ? 3 : 4,
		);
	}

	async #askOne<T>(
		url: string,
		asks: (client: Client) => Promise<Answer<T>>,
	): Promise<Answer<T> | NoAnswer> {
		const abort = new AbortController();
		const late = this.#clock.after(COMMAND_MS_MAX, () => abort.abort());
		const patience = () => abort.signal;
		const client = new Client({ url, fetch, token: this.#token, patience });
		try {
			return await asks(client);
		} catch (error) {
			return error as NoAnswer;
		} finally {
			late.cancel();
		}
	}
}

function answered<T>(answer: Answer<T>, token: string | undefined): T {
	if (answer.ok) return answer.value;
	const { status, detail } = answer.problem;
	if (status !== 401 || token !== undefined) throw new CommandFailed(detail, 1);
	throw new CommandFailed(
		`This needs an access token; set ${TOKEN_VARIABLE} to one.`,
		1,
	);
}

function readUrl({ text, from }: { text: string; from: string }): string {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
	if (url === undefined || !isHttp || url.username !== "" || url.search !== "")
		throw new ConfigError(
			`${from} must be the address of a node, such as http://127.0.0.1:5000.`,
		);
	return text.replace(/\/+$/, "");
}

/** The token to send. The message about a bad one does not contain it. */
function readToken(text = ""): string | undefined {
	const token = text.trim();
	if (/[^\x21-\x7e]/.test(token))
		throw new ConfigError(
			`${TOKEN_VARIABLE} holds what no access token does; set it to one, and to nothing else.`,
		);
	return token === "" ? undefined : token;
}
