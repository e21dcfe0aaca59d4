/**
 * The manual as pages: `dashboard/docs/*.md` made into HTML when the program is built, so
 * that a node serves texts and knows no Markdown.
 *
 *   node scripts/build/manual.ts
 *
 * prints it for a program that runs from its sources: a JSON object of pages by chapter, and
 * of the pictures in them, as base64, by `shots/NAME.png`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readChapters, readPictures } from "./manual-chapters.ts";
import { renderPages } from "./manual-text.ts";

export function writeManual(root: string, file: string): void {
	writeFileSync(file, renderManual(root));
}

function renderManual(root: string): string {
	const about = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	const pictures = readPictures(root);
	return JSON.stringify(
		renderPages(readChapters(root), pictures, about.version),
	);
}

if (import.meta.main) {
	const root = fileURLToPath(new URL("../..", import.meta.url));
	process.stdout.write(renderManual(root));
}
