/**
 * What the executable runs first: it unpacks the program and becomes it. The program is
 * packed because it would be a fifth of what Node.js is without it; that takes some 10 ms.
 *
 * An executable's own code can import nothing but modules of Node.js. So it asks the usual
 * loader, which knows nothing of what an executable carries, and answers it for that one time.
 */
import { createRequire, registerHooks } from "node:module";
import { getRawAsset } from "node:sea";
import { pathToFileURL } from "node:url";
import { zstdDecompressSync } from "node:zlib";

/** The program's address, as stacks in a log name it. */
const program = pathToFileURL(process.execPath).href;
const bridge = `${program}/bridge.cjs`;

/** @type {Record<string, () => { format: string, source: string }>} */
const carried = {
	[program]: () => ({
		format: "module",
		source: Buffer.from(
			zstdDecompressSync(getRawAsset("program.zst")),
		).toString(),
	}),
	// Code that was required may import anything.
	[bridge]: () => ({
		format: "commonjs",
		source: `module.exports = import(${JSON.stringify(program)});`,
	}),
};

const hooks = registerHooks({
	resolve: (name, context, next) =>
		name in carried ? { url: name, shortCircuit: true } : next(name, context),
	load: (url, context, next) => {
		const load = carried[url];
		if (load === undefined) return next(url, context);
		// The program itself imports only modules of Node.js; task code is loaded as usual.
		if (url === program) queueMicrotask(() => hooks.deregister());
		return { ...load(), shortCircuit: true };
	},
});
await createRequire(program)(bridge);
