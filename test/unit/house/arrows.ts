/** Who imports whom: every import must be one that the plan allows. */
import { posix } from "node:path";
import { type Dwelling, dwellingOf } from "./plan.ts";
import type { Source } from "./source.ts";

export function checkArrows(sources: readonly Source[]): string[] {
	return sources.flatMap((source) => {
		const from = dwellingOf(source.path);
		if (from === undefined) return [`${source.path} lives nowhere in the plan`];
		return source.imports.flatMap((each) => {
			const trouble =
				each.from === undefined
					? checkComputed(source.path)
					: each.from.startsWith(".")
						? checkOurs(from, resolveImport(source.path, each.from))
						: checkForeign(from, each.from);
			return trouble === undefined
				? []
				: [`${source.at(each.start)} (${from.name}) ${trouble}`];
		});
	});
}

/** The path from the top of the project of an import such as `./claim.ts` in a file. */
export function resolveImport(importer: string, specifier: string): string {
	return posix.join(posix.dirname(importer), specifier);
}

/** Checks a computed import. Task code is loaded by its path, inside a worker; tests do as they need. */
function checkComputed(path: string): string | undefined {
	return path.startsWith("node/executor/worker") || path.startsWith("test/")
		? undefined
		: "imports what cannot be known before it runs";
}

function checkOurs(from: Dwelling, target: string): string | undefined {
	const to = dwellingOf(target);
	if (to === undefined) {
		// The one file of the project that code may read as a module.
		return target === "package.json" ? undefined : `imports ${target}`;
	}
	if (to === from) {
		return from.helpers === undefined || from.helpers.includes(target)
			? undefined
			: `imports ${target}; actors do not know one another`;
	}
	const allowed =
		from.ours.includes(to.name) ||
		(from.ours.includes("*") && to.name !== "test");
	return allowed ? undefined : `imports ${target} (${to.name})`;
}

function checkForeign(from: Dwelling, name: string): string | undefined {
	const allowed = name.startsWith("node:") ? from.builtins : from.libraries;
	return allowed.some(
		(each) =>
			each === "*" ||
			(each.endsWith("/")
				? name.startsWith(each)
				: name === each || name.startsWith(`${each}/`)),
	)
		? undefined
		: `imports ${name}`;
}
