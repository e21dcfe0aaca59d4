/**
 * The fenced blocks of README and manual, and what their first lines say of them:
 *
 *     ```sh                          is run
 *     ```sh status 404               is run, and its last request is answered so
 *     ```sh not run: WHY             is not
 *     ```ts handlers.ts              is written to this file, which a later command uses
 *     ```json                        is the answer to the block before it, less some fields
 *     ```text                        is no example: a drawing, a part of a configuration
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readChapters } from "../scripts/build/manual-chapters.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const README = readFileSync(`${ROOT}README.md`, "utf8");
/** Inside a list it is indented. */
const FENCED = /^( *)```(\S*) ?(.*)\n([\s\S]*?)^\1```$/gm;

export type Block =
	| {
			readonly kind: "run";
			readonly text: string;
			readonly status: number | undefined;
	  }
	| { readonly kind: "file"; readonly name: string; readonly text: string }
	| { readonly kind: "answer"; readonly text: string }
	| { readonly kind: "not run"; readonly why: string }
	| { readonly kind: "text" };

export interface Document {
	/** From the top of the project. */
	readonly path: string;
	readonly text: string;
	readonly blocks: readonly Block[];
}

/** In the order in which people read them. */
export const DOCUMENTS: readonly Document[] = [
	{ path: "README.md", text: README },
	...readChapters(ROOT).map(({ name, text }) => {
		return { path: `dashboard/docs/${name}.md`, text };
	}),
].map(({ path, text }) => {
	const blocks = [...text.matchAll(FENCED)].map(
		([, indent = "", language = "", note = "", body = ""]) =>
			readBlock(language, note, body.replaceAll(`\n${indent}`, "\n"), path),
	);
	return { path, text, blocks };
});

function readBlock(
	language: string,
	note: string,
	text: string,
	path: string,
): Block {
	const why = /^not run: (.{10,})$/.exec(note)?.[1];
	if (why !== undefined) return { kind: "not run", why };
	const status = /^(?:status (\d{3}))?$/.exec(note);
	if (language === "sh" && status !== null) {
		const [, code] = status;
		return { kind: "run", text, status: code ? Number(code) : undefined };
	}
	if (["ts", "js"].includes(language) && /^[a-z-]+\.[jt]s$/.test(note))
		return { kind: "file", name: note, text };
	if (language === "json" && note === "") return { kind: "answer", text };
	if (language === "text") return { kind: "text" };
	throw new Error(
		`${path} has a block of which nobody knows what to do with it: ${language} ${note}`,
	);
}
