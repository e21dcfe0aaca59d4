/**
 * A unit of systemd, as far as a proof can do without systemd as process 1: its settings,
 * its command with the specifiers filled in, and the system calls that its filter lets through, which `systemd-analyze` tells of.
 */
import { execFileSync } from "node:child_process";
import type { Unpacked } from "../../scripts/setup/unpacked.mjs";

/** What a filter lets through. */
export interface Policy {
	readonly calls: readonly string[];
	/** Of sockets, by their numbers. */
	readonly families: readonly number[];
}

const FAMILIES: Readonly<Record<string, number>> = {
	AF_UNIX: 1,
	AF_INET: 2,
	AF_INET6: 10,
	AF_NETLINK: 16,
};

/** The values of a setting, in the order of their lines. */
function settingsOf(unit: string, name: string): string[] {
	const lines = unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"));
	return [...lines].map(([, value = ""]) => value);
}

/** `specifiers`: by their letters, what each stands for. */
export function commandOf(
	unit: string,
	specifiers: Readonly<Record<string, string>>,
): string[] {
	const [command = ""] = settingsOf(unit, "ExecStart");
	return command.split(" ").map((word) => fillIn(word, specifiers));
}

export function environmentOf(
	unit: string,
	specifiers: Readonly<Record<string, string>>,
): Record<string, string> {
	const pairs = settingsOf(unit, "Environment").map((pair) => {
		const [name = "", ...value] = fillIn(pair, specifiers).split("=");
		return [name, value.join("=")] as const;
	});
	return Object.fromEntries(pairs);
}

function fillIn(
	text: string,
	specifiers: Readonly<Record<string, string>>,
): string {
	return text.replaceAll(/%(.)/g, (_, letter: string) => {
		const value = specifiers[letter];
		if (value === undefined) throw new Error(`%${letter} stands for nothing`);
		return value;
	});
}

/** As systemd does it: the first list says that only what is named may be called; a ~ takes away. */
export function policyOf(unit: string, analyze: Unpacked): Policy {
	const sets = readSets(analyze);
	const calls = new Set(expand("@default", sets));
	for (const list of settingsOf(unit, "SystemCallFilter")) {
		const takesAway = list.startsWith("~");
		for (const name of list.replace("~", "").split(" "))
			for (const call of expand(name, sets))
				if (takesAway) calls.delete(call);
				else calls.add(call);
	}
	const families = settingsOf(unit, "RestrictAddressFamilies")
		.flatMap((list) => list.split(" "))
		.map((name) => FAMILIES[name])
		.filter((family) => family !== undefined);
	return { calls: [...calls], families };
}

function readSets({ file, env }: Unpacked): Map<string, string[]> {
	const text = execFileSync(file, ["syscall-filter"], {
		encoding: "utf8",
		env: { ...process.env, ...env },
	});
	const sets = new Map<string, string[]>();
	let set: string[] = [];
	for (const line of text.split("\n")) {
		const name = line.trim();
		if (name === "" || name.startsWith("#")) continue;
		if (line.startsWith("@")) {
			set = [];
			sets.set(name, set);
		} else set.push(name);
	}
	return sets;
}

function expand(name: string, sets: Map<string, string[]>): string[] {
	if (!name.startsWith("@")) return [name];
	const set = sets.get(name);
	if (set === undefined) throw new Error(`there is no set ${name}`);
	return set.flatMap((each) => expand(each, sets));
}
