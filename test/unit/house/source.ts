/**
 * One source file as the rules of the house see it: what it imports, what it
 * exports, its syntax tree and comments, each with its line. Parsed by oxc,
 * which knows TypeScript; nothing here is resolved or type-checked.
 */
import {
	type Comment,
	type EcmaScriptModule,
	parseSync,
	visitorKeys,
} from "../../tools/oxc-parser.ts";

export interface Source {
	/** The path from the top of the project, with `/`. */
	readonly path: string;
	readonly text: string;
	readonly tree: Node;
	readonly comments: readonly Comment[];
	readonly imports: readonly Import[];
	readonly exports: readonly Export[];
	/** The `path:line` of an offset into the text. */
	at(offset: number): string;
	lineOf(offset: number): number;
}

/** Any node of the tree (ESTree with TypeScript's nodes). */
export interface Node {
	readonly type: string;
	readonly start: number;
	readonly end: number;
	readonly [child: string]: unknown;
}

export interface Import {
	/** The module, as written; undefined if it is computed when the program runs. */
	readonly from: string | undefined;
	/** The names taken from it; `*` is all of them. */
	readonly names: readonly string[];
	/** Present for `export * from`: what others take of this file, they take of that one. */
	readonly passedOn?: true;
	readonly start: number;
}

export interface Export {
	readonly name: string;
	readonly isType: boolean;
	readonly start: number;
}

export function parseSource(path: string, text: string): Source {
	const { program, module, comments, errors } = parseSync(path, text);
	const first = errors[0];
	if (first !== undefined) throw new Error(`${path}: ${first.message}`);
	const tree = program as unknown as Node;
	const starts = [...text.matchAll(/^/gm)].map((match) => match.index);
	const lineOf = (offset: number) =>
		starts.findLastIndex((start) => start <= offset) + 1;
	return {
		path,
		text,
		tree,
		comments,
		imports: [...staticImports(module), ...otherImports(tree)],
		exports: module.staticExports.flatMap(({ entries }) =>
			entries
				.filter(({ exportName }) => exportName.kind !== "None")
				.map(({ exportName, isType, start }) => ({
					name: exportName.name ?? "default",
					isType,
					start,
				})),
		),
		at: (offset) => `${path}:${lineOf(offset)}`,
		lineOf,
	};
}

/** Imports, and exports of what another module exports. */
function staticImports(module: EcmaScriptModule): Import[] {
	const imports = module.staticImports.map((each) => ({
		from: each.moduleRequest.value,
		names: each.entries.map(({ importName: { kind, name } }) =>
			kind === "Name" ? (name ?? "") : kind === "Default" ? "default" : "*",
		),
		start: each.start,
	}));
	const exports = module.staticExports.flatMap(({ entries }) =>
		entries.flatMap(({ moduleRequest, importName, start }) =>
			moduleRequest === null
				? []
				: {
						from: moduleRequest.value,
						names: [importName.name ?? "*"],
						...(importName.kind === "AllButDefault" && { passedOn: true }),
						start,
					},
		),
	);
	return [...imports, ...exports];
}

/** Imports of the form `import("…")`, as an expression and as a type. */
function otherImports(tree: Node): Import[] {
	const found: Import[] = [];
	walk(tree, (node) => {
		if (!["ImportExpression", "TSImportType"].includes(node.type)) return;
		const { value } = node.source as { value?: unknown };
		found.push({
			from: typeof value === "string" ? value : undefined,
			names: ["*"],
			start: node.start,
		});
	});
	return found;
}

/** Where a node stands: under which key of which node. */
export interface Place {
	readonly parent: Node | undefined;
	readonly key: string;
}

/** Visits every node, parents first. */
export function walk(
	node: Node,
	visit: (node: Node, place: Place) => void,
	place: Place = { parent: undefined, key: "" },
): void {
	visit(node, place);
	for (const key of visitorKeys[node.type] ?? []) {
		for (const child of [node[key]].flat() as (Node | null | undefined)[]) {
			if (child) walk(child, visit, { parent: node, key });
		}
	}
}

/** The name that a dotted expression spells, such as `Date.now`; undefined for any other expression. */
export function dottedName(node: Node): string | undefined {
	if (node.type === "Identifier") return node.name as string;
	if (node.type !== "MemberExpression" || node.computed === true) return;
	const object = dottedName(node.object as Node);
	const property = node.property as Node;
	return object && `${object}.${property.name}`.replace(/^globalThis\./, "");
}
