/**
 * How many functions actors are given. A reader who asks who answers a call finds, for a
 * function, a closure somewhere in the wiring; for a named collaborator, its name and file.
 */
import { type Node, type Source, walk } from "./source.ts";

/** The most functions in all parts of all actors together. */
export const FUNCTION_PARTS_MAX = 10;

/** Members of interfaces called `…Parts` that are functions. */
export function findFunctionParts(sources: readonly Source[]): string[] {
	return sources.flatMap((source) => {
		const found: string[] = [];
		walk(source.tree, (node) => {
			if (node.type !== "TSInterfaceDeclaration") return;
			const { name } = node.id as Node & { name: string };
			if (!name.endsWith("Parts")) return;
			const { body } = node.body as Node & { body: readonly Node[] };
			for (const member of body)
				if (isFunction(member)) found.push(source.at(member.start));
		});
		return found;
	});
}

function isFunction(member: Node): boolean {
	if (member.type === "TSMethodSignature") return true;
	const annotation = member.typeAnnotation as Node | undefined;
	return annotation !== undefined && holdsFunction(annotation);
}

/** Whether a type is a function, alone or as one of several. */
function holdsFunction(type: Node): boolean {
	if (type.type === "TSFunctionType") return true;
	if (type.type === "TSUnionType")
		return (type.types as readonly Node[]).some(holdsFunction);
	const isWrapped = ["TSTypeAnnotation", "TSParenthesizedType"].includes(
		type.type,
	);
	return isWrapped && holdsFunction(type.typeAnnotation as Node);
}
