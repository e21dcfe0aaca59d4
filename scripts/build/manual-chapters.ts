/** The chapters of the manual as they are written, in the order of its contents; and its pictures. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const CHAPTERS = [
	"start",
	"page",
	"tasks",
	"find",
	"task-code",
	"recipes",
	"celery",
	"api",
	"events",
	"deploy",
	"redis",
	"access",
	"proxies",
	"observability",
	"guarantees",
	"figures",
	"upgrade",
	"design",
];
const FOLDER = "dashboard/docs";
/** The folder of the pictures, within that of the chapters. */
const PICTURES = "shots";

/** The pictures, by the address with which chapters name them: `shots/all-well.png`. */
export type Pictures = ReadonlyMap<string, Buffer>;

export interface ChapterText {
	readonly name: string;
	readonly text: string;
}

/** Reads the chapters. @throws Error if the folder holds other chapters than the contents */
export function readChapters(root: string): ChapterText[] {
	const files = readdirSync(join(root, FOLDER))
		.filter((name) => name !== PICTURES)
		.sort();
	const wanted = CHAPTERS.map((name) => `${name}.md`).sort();
	if (files.join() !== wanted.join()) {
		throw new Error(
			`${FOLDER} holds ${files.join(", ")}; the contents have ${wanted.join(", ")}.`,
		);
	}
	return CHAPTERS.map((name) => ({
		name,
		text: readFileSync(join(root, FOLDER, `${name}.md`), "utf8"),
	}));
}

export function readPictures(root: string): Pictures {
	const folder = join(root, FOLDER);
	const names = readdirSync(join(folder, PICTURES));
	return new Map(
		names.map((name) => [
			`${PICTURES}/${name}`,
			readFileSync(join(folder, PICTURES, name)),
		]),
	);
}
