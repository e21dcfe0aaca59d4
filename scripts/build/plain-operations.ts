/**
 * What a browser loads of the operations: their addresses, and the shapes of their bodies. Their
 * names and meanings are for people and for the description of the API, and would be an
 * eleventh of the page's size.
 */
import type { Plugin } from "esbuild";
import type { Operation } from "../../protocol/operation.ts";
import { OPERATIONS } from "../../protocol/operations.ts";

/** A plugin that puts these in the place of `protocol/operations.ts`. */
export const plainOperations: Plugin = {
	name: "plain operations",
	setup(build) {
		build.onLoad({ filter: /[\\/]protocol[\\/]operations\.ts$/ }, () => {
			const plain = Object.entries<Operation>(OPERATIONS).map(
				([id, operation]) => [id, plainOf(operation)],
			);
			const text = JSON.stringify(Object.fromEntries(plain));
			return { contents: `export const OPERATIONS = ${text};`, loader: "js" };
		});
	},
};

/** As much of an operation as `protocol/client/` reads. */
function plainOf({ method, path, body, answers, refused }: Operation) {
	const shapes = Object.entries(answers).map(([status, { shape }]) => [
		status,
		{ shape },
	]);
	return {
		...{ method, path, body, refused },
		answers: Object.fromEntries(shapes),
	};
}
