/**
 * Dead exports: what no other file takes. For the program, being taken by a
 * test is not enough. A type may also be exported to name a part of another
 * one that is: it counts as taken when its own file mentions it again.
 */
import { resolveImport } from "./arrows.ts";
import { type Source, walk } from "./source.ts";

/** Files that are loaded by their path, and so taken as a whole; a folder ends in `/`. */
const LOADED = [
	"test/vitest.config.ts",
	"test/program.ts",
	"test/fixtures/",
	"dashboard/pages/",
];

/** Exports that nobody here takes, each with the reason why it is there. */
export type Exceptions = Readonly<Record<string, string>>;

export function checkExports(
	sources: readonly Source[],
	exceptions: Exceptions,
): string[] {
	const { taken, passedOn } = takenNames(sources);
	const isTaken = (path: string, name: string): boolean =>
		taken.has(`${path}#${name}`) ||
		taken.has(`${path}#*`) ||
		(passedOn.get(path) ?? []).some((by) => isTaken(by, name)) ||
		LOADED.some((start) => path.startsWith(start));
	const dead = sources.flatMap((source) =>
		source.exports
			.filter(({ name, isType }) => {
				if (isTaken(source.path, name)) return false;
				if (`${source.path}#${name}` in exceptions) return false;
				return !(isType && countMentions(source, name) > 1);
			})
			.map(({ name, start }) => {
				return `${source.at(start)} exports ${name}, which no other file takes`;
			}),
	);
	const needless = Object.keys(exceptions)
		.filter((each) => {
			const [path, name] = each.split("#");
			const source = sources.find((source) => source.path === path);
			const exists = source?.exports.some((found) => found.name === name);
			return !exists || taken.has(each);
		})
		.map((each) => `${each} is excepted without need`);
	return [...dead, ...needless];
}

/** The `path#name` of every import that counts, and which files pass a file on. */
function takenNames(sources: readonly Source[]): {
	taken: ReadonlySet<string>;
	passedOn: ReadonlyMap<string, readonly string[]>;
} {
	const taken = new Set<string>();
	const passers = new Map<string, string[]>();
	for (const source of sources) {
		for (const { from, names, passedOn } of source.imports) {
			if (!from?.startsWith(".")) continue;
			const path = resolveImport(source.path, from);
			if (isTest(source.path) && !isTest(path)) continue;
			if (passedOn) {
				passers.set(path, [...(passers.get(path) ?? []), source.path]);
			} else {
				for (const name of names) taken.add(`${path}#${name}`);
			}
		}
	}
	return { taken, passedOn: passers };
}

function isTest(path: string): boolean {
	return path.startsWith("test/");
}

function countMentions(source: Source, name: string): number {
	let count = 0;
	walk(source.tree, (node) => {
		if (node.type === "Identifier" && node.name === name) count++;
	});
	return count;
}
