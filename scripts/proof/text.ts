/**
 * How the list of proofs, and the finding of one of them, read in a terminal.
 */
import { breachLines } from "../chaos/report-text.ts";
import { formatSpread } from "../chaos/spread.ts";
import type { Figures, Finding, Proof } from "./proof.ts";

/** A finding, with what is needed to repeat it. */
export interface Verdict extends Finding {
	readonly proof: string;
	readonly seed: number;
	readonly times: number;
	readonly command: string;
	readonly tookMs: number;
	readonly held: boolean;
}

export function formatList(proofs: readonly Proof[]): string {
	const width = widthOf(proofs.map(({ name }) => name));
	const lines = proofs.map(
		({ name, proves, times, unit, takes }) =>
			`  ${name.padEnd(width)}  ${proves}\n  ${"".padEnd(width)}  ${times} ${unit}, about ${takes}`,
	);
	return `${lines.join("\n")}\n`;
}

export function formatVerdict({
	figures,
	breaches,
	seed,
	tookMs,
	command,
	proof,
	held,
}: Verdict): string {
	const width = widthOf(Object.keys(figures));
	const seconds = (tookMs / 1_000).toFixed(1);
	const lines = [
		...Object.entries(figures).map(
			([name, figure]) => `${name.padEnd(width)}  ${formatFigure(figure)}`,
		),
		`${"seed".padEnd(width)}  ${seed}`,
		...breachLines(breaches),
		`${proof} ${held ? "HELD" : "BROKEN"} after ${seconds} s. Again: ${command}`,
	];
	return `${lines.join("\n")}\n`;
}

function formatFigure(figure: Figures[string]): string {
	if (typeof figure === "object") return formatSpread(figure);
	return typeof figure === "number" ? figure.toLocaleString("en") : figure;
}

function widthOf(names: readonly string[]): number {
	return Math.max(0, ...names.map((name) => name.length));
}
