/**
 * The picture of the rooms in the manual's chapter on the design, drawn from the plan:
 *
 *   node test/unit/house/picture.ts
 *
 * puts the plan as it is now into `dashboard/docs/design.md`; a test holds the two together.
 *
 * Above, rooms in layers: each imports only what lies below it. Below, who lives in each
 * room and which arrows lead out of it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { type Dwelling, PLAN } from "./plan.ts";

export const DESIGN_FILE = new URL(
	"../../../dashboard/docs/design.md",
	import.meta.url,
);
const COLUMNS_MAX = 92;
const NAME_CHARS = 13;
const PATH_CHARS = 36;
/** The block that holds the picture. */
const BLOCK = /(?<=^```text rooms\n).*?(?=^```$)/ms;

export function drawRooms(plan: readonly Dwelling[]): string {
	const lines = [...drawLayers(plan), "", ...drawArrows(plan)];
	return `${lines.join("\n")}\n`;
}

/** The picture that stands in the chapter's text. */
export function pictureIn(chapter: string): string | undefined {
	return BLOCK.exec(chapter)?.[0];
}

function drawLayers(plan: readonly Dwelling[]): string[] {
	const layers = new Map<number, string[]>();
	for (const room of plan) {
		const layer = layerOf(room, plan);
		layers.set(layer, [...(layers.get(layer) ?? []), room.name]);
	}
	const fromTop = [...layers.keys()].sort((a, b) => b - a);
	return fromTop.flatMap((layer, at) => [
		...(at === 0 ? [] : [`${" ".repeat(5)}▼`]),
		...drawBoxes(layers.get(layer) ?? []),
	]);
}

/** The layer of a room; 0 if it imports nothing of ours. */
function layerOf(room: Dwelling, plan: readonly Dwelling[]): number {
	const below = importedBy(room, plan).map((each) => layerOf(each, plan));
	return below.length === 0 ? 0 : 1 + Math.max(...below);
}

/** The rooms that one imports, without circles: a room that may import all lies below those that import it. */
function importedBy(room: Dwelling, plan: readonly Dwelling[]): Dwelling[] {
	if (!room.ours.includes("*"))
		return plan.filter(({ name }) => room.ours.includes(name));
	const others = plan.filter(({ ours }) => !ours.includes("test"));
	return room.name === "test"
		? others.filter(({ name }) => name !== "test")
		: others.filter(({ ours }) => !ours.includes("*"));
}

function drawBoxes(names: readonly string[]): string[] {
	const rows: string[][] = [[]];
	for (const name of names) {
		const row = rows.at(-1) ?? [];
		const chars = [...row, name].reduce(
			(sum, each) => sum + each.length + 5,
			0,
		);
		if (chars > COLUMNS_MAX) rows.push([name]);
		else row.push(name);
	}
	return rows.flatMap((row) => [
		row.map((name) => `┌─${"─".repeat(name.length)}─┐`).join(" "),
		row.map((name) => `│ ${name} │`).join(" "),
		row.map((name) => `└─${"─".repeat(name.length)}─┘`).join(" "),
	]);
}

function drawArrows(plan: readonly Dwelling[]): string[] {
	return plan.flatMap(({ name, paths, ours, libraries }) => {
		const targets = ours.includes("*")
			? [name === "test" ? "all" : "all but test"]
			: ours;
		const own = libraries.includes("*") ? ["any library"] : libraries;
		const arrows = [
			targets.length === 0 ? "" : `▶ ${targets.join(", ")}`,
			own.length === 0 ? "" : `+ ${own.join(", ")}`,
		];
		const left = wrap(paths.join(" "), PATH_CHARS);
		const right = arrows.flatMap((text) =>
			wrap(text, COLUMNS_MAX - NAME_CHARS - PATH_CHARS - 2),
		);
		const lines = Math.max(left.length, right.length);
		return Array.from({ length: lines }, (_, at) =>
			[
				(at === 0 ? name : "").padEnd(NAME_CHARS),
				(left[at] ?? "").padEnd(PATH_CHARS + 1),
				right[at] ?? "",
			]
				.join("")
				.trimEnd(),
		);
	});
}

/** Lines of whole words; none for an empty text. */
function wrap(text: string, chars: number): string[] {
	const lines: string[] = [];
	for (const word of text.split(" ").filter(Boolean)) {
		const line = lines.at(-1);
		if (line === undefined || line.length + 1 + word.length > chars)
			lines.push(word);
		else lines[lines.length - 1] = `${line} ${word}`;
	}
	return lines;
}

if (import.meta.main) {
	const chapter = readFileSync(DESIGN_FILE, "utf8");
	writeFileSync(
		DESIGN_FILE,
		chapter.replace(BLOCK, () => drawRooms(PLAN)),
	);
}
