/**
 * Flags: what a flag is, and how a command's flags are read from its arguments and from
 * the environment. A flag takes precedence over its variable. The meaning of the values
 * is left to others; each value says where it was given, so that an error can name that.
 */
import { parseArgs } from "node:util";
import { ConfigError } from "../options.ts";

/** What a flag takes: a text; texts, by repeating the flag or by commas in its variable; or nothing. */
export type FlagKind = "text" | "texts" | "switch";

export interface Flag {
	readonly kind: FlagKind;
	/** What stands for the value in the help. */
	readonly value?: string;
	/** Variables that give it if the flag is absent; the first one set counts. */
	readonly env?: readonly string[];
	readonly help: string;
	/** Present if the value is not for task code: see `secrets.ts`. */
	readonly secret?: true;
}

export type Flags<Name extends string = string> = Readonly<Record<Name, Flag>>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** A value and where it was given: `--http` or `HEARSAY_HTTP`. */
export interface Given {
	readonly text: string;
	readonly from: string;
}

export class FlagValues<Name extends string> {
	readonly #values: ReadonlyMap<string, readonly Given[]>;

	constructor(values: ReadonlyMap<string, readonly Given[]>) {
		this.#values = values;
	}

	/** The value of a flag; the last one if it is repeated. */
	text(name: Name): Given | undefined {
		return this.#values.get(name)?.at(-1);
	}

	texts(name: Name): readonly Given[] {
		return this.#values.get(name) ?? [];
	}

	/** The same values, except for this one. */
	with(name: Name, given: Given): FlagValues<Name> {
		return new FlagValues(new Map(this.#values).set(name, [given]));
	}

	on(name: Name): boolean {
		return this.text(name) !== undefined;
	}
}

export function readFlags<Name extends string>(
	flags: Flags<Name>,
	args: readonly string[],
	env: Environment,
): FlagValues<Name> {
	const parsed = parse(flags, args);
	const values = new Map<string, readonly Given[]>();
	for (const [name, flag] of Object.entries<Flag>(flags)) {
		const given =
			parsed[name] === undefined
				? fromEnvironment(flag, env)
				: [parsed[name]].flat().map((value) => ({
						text: String(value),
						from: `--${name}`,
					}));
		if (given === undefined) continue;
		values.set(name, given);
	}
	return new FlagValues(values);
}

function parse(
	flags: Flags,
	args: readonly string[],
): ReturnType<typeof parseArgs>["values"] {
	const options = Object.fromEntries(
		Object.entries(flags).map(([name, { kind }]) => [
			name,
			{
				type: kind === "switch" ? ("boolean" as const) : ("string" as const),
				multiple: kind === "texts",
			},
		]),
	);
	try {
		return parseArgs({ args: [...args], options, strict: true }).values;
	} catch (error) {
		// Its messages continue with advice that does not fit here; the first sentence is
		// enough.
		const [sentence] = (error as Error).message.split(/[.\n]\s/);
		throw new ConfigError(
			`${sentence?.replace(/\.$/, "")}; --help lists what there is.`,
			error,
		);
	}
}

function fromEnvironment(
	flag: Flag,
	env: Environment,
): readonly Given[] | undefined {
	for (const name of flag.env ?? []) {
		const text = env[name];
		if (text === undefined || text === "") continue;
		if (flag.kind === "switch") return switchedOn(name, text);
		const texts = flag.kind === "texts" ? splitList(text) : [text];
		return texts.map((item) => ({ text: item, from: name }));
	}
	return;
}

function switchedOn(name: string, text: string): readonly Given[] | undefined {
	if (text === "1" || text === "true") return [{ text, from: name }];
	if (text === "0" || text === "false") return;
	throw new ConfigError(`${name} is "${text}"; give 1 or 0.`);
}

/** Splits a list at its commas: `a, b` → `a`, `b`. */
export function splitList(text: string): string[] {
	return text
		.split(",")
		.map((item) => item.trim())
		.filter((item) => item !== "");
}
