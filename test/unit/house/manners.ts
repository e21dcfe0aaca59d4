/** Names, first words and loose ends of files. */
import { basename } from "node:path";
import type { TextFile } from "./checkout.ts";
import { ROOMS, TOP_FILES } from "./plan.ts";
import { type Node, type Source, walk } from "./source.ts";

export function checkTop(top: readonly string[]): string[] {
	const wanted = [...ROOMS, ...TOP_FILES];
	return [
		...wanted
			.filter((name) => !top.includes(name))
			.map((name) => `${name} is missing`),
		...top
			.filter((name) => !wanted.includes(name))
			.map((name) => `${name} does not belong at the top`),
	];
}

const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)+$/;
const EMPTY_WORDS =
	/(^|[/-])(utils?|helpers?|common|managers?|misc|shared|lib)([/.-]|$)/;

export function checkNames(paths: readonly string[]): string[] {
	return paths.flatMap((path) => {
		if (!KEBAB_CASE.test(basename(path))) return [`${path} is not kebab-case`];
		const word = EMPTY_WORDS.exec(path)?.[2];
		return word === undefined
			? []
			: [`${path} is named after nothing: ${word}`];
	});
}

/** Checks headers. Tests say by their names what they are about, and task code for tests by its place. */
export function checkHeaders(sources: readonly Source[]): string[] {
	return sources
		.filter(
			({ path, text }) =>
				!path.endsWith(".test.ts") &&
				!path.startsWith("test/fixtures/") &&
				!/^(#!.*\n)?\/\*\*/.test(text),
		)
		.map(({ path }) => `${path}:1 does not say what the file is for`);
}

/** Checks doc comments. An editor shows one without its neighbours, so it must not lean on them. */
export function checkDocComments(sources: readonly Source[]): string[] {
	return sources.flatMap((source) =>
		source.comments
			.filter(({ value }) => /^\*[\s*]*(…|\.\.\.|Likewise\b)/.test(value))
			.map(({ start }) => `${source.at(start)} does not stand alone`),
	);
}

export function checkScriptHeaders(scripts: readonly TextFile[]): string[] {
	return scripts
		.filter(({ text }) => !text.startsWith("-- "))
		.map(({ path }) => `${path}:1 does not begin with its contract`);
}

const LEFT_OUT = ["only", "skip", "todo", "skipIf", "runIf", "fails"];

export function checkTestsRun(sources: readonly Source[]): string[] {
	return sources.flatMap((source) => {
		const found: string[] = [];
		walk(source.tree, (node) => {
			if (node.type !== "MemberExpression") return;
			const mark = (node.property as Node).name as string;
			if (LEFT_OUT.includes(mark) && isOfTests(node)) {
				found.push(`${source.at(node.start)} leaves tests out: ${mark}`);
			}
		});
		return found;
	});
}

/** Whether `test` or the like is what `test.each([])` begins with. */
function isOfTests({ type, object, callee, name }: Node): boolean {
	if (type === "MemberExpression") return isOfTests(object as Node);
	if (type === "CallExpression") return isOfTests(callee as Node);
	return ["describe", "test", "it"].includes(name as string);
}

const LATER = /\b(TODO|FIXME|XXX|HACK)\b/;

export function checkLooseEnds(
	sources: readonly Source[],
	scripts: readonly TextFile[],
): string[] {
	return [
		...sources.flatMap(({ comments, at }) =>
			comments
				.filter(({ value }) => LATER.test(value))
				.map(({ start }) => `${at(start)} leaves something for later`),
		),
		...scripts
			.filter(({ text }) => LATER.test(text))
			.map(({ path }) => `${path} leaves something for later`),
	];
}
