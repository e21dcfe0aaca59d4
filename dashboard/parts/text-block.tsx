/**
 * A long text of a task, whole, exactly as it is, with a button that copies it. It is shown up to a
 * few lines at first, so that what stands below is not far; a quarter of a megabyte is shown
 * piece by piece, each laid out only when it comes into sight.
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { counted, figure } from "../words/times.ts";
import { Copy } from "./copy.tsx";

const LINES_FIRST = 40;
const CHARS_FIRST = 4_000;
/** How many lines a piece has. */
const LINES_MAX = 200;

interface Parts {
	readonly title: string;
	readonly text: string;
	/** The text to copy, if it differs from the one that is shown. */
	readonly copies?: string;
}

export function TextBlock({ title, text, copies = text }: Parts): JSX.Element {
	const isWhole = useSignal(false);
	const first = beginningOf(text);
	const isCut = first.length < text.length;
	return (
		<details class="text-block" open>
			<summary>
				<h2>{title}</h2>
				<span class="size">{sizeOf(copies)}</span>
			</summary>
			<Copy text={copies} />
			{isCut && !isWhole.value ? (
				<>
					<pre>{first} …</pre>
					<button
						type="button"
						class="more"
						onClick={() => {
							isWhole.value = true;
						}}
					>
						Show all: {counted(linesIn(text), "line")}
					</button>
				</>
			) : (
				<div class="pieces">
					{piecesOf(text).map((piece, at) => (
						<pre key={at}>{piece}</pre>
					))}
				</div>
			)}
		</details>
	);
}

function beginningOf(text: string): string {
	let at = -1;
	for (let line = 0; line < LINES_FIRST; line++) {
		at = text.indexOf("\n", at + 1);
		if (at < 0) break;
	}
	const lines = at < 0 ? text : text.slice(0, at);
	// If there is little more than is shown, all of it is shown.
	if (lines.length === text.length && text.length <= 2 * CHARS_FIRST)
		return text;
	return lines.slice(0, CHARS_FIRST);
}

/** Divides a text into pieces, each of which ends with a whole line. */
function piecesOf(text: string): string[] {
	const lines = text.split("\n");
	const pieces: string[] = [];
	for (let at = 0; at < lines.length; at += LINES_MAX) {
		const isLast = at + LINES_MAX >= lines.length;
		const piece = lines.slice(at, at + LINES_MAX).join("\n");
		pieces.push(isLast ? piece : `${piece}\n`);
	}
	return pieces;
}

const linesIn = (text: string): number => text.split("\n").length;

function sizeOf(text: string): string {
	const bytes = new TextEncoder().encode(text).length;
	return bytes < 1_024
		? `${figure(bytes)} B`
		: `${figure(Math.round(bytes / 102.4) / 10)} KiB`;
}
