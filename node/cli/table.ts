/** Tables for people: a heading and rows, each column as wide as its widest cell. */
export function formatTable(
	heading: readonly string[],
	rows: readonly (readonly string[])[],
): string {
	const all = [heading, ...rows];
	const widths = heading.map((_, at) =>
		Math.max(...all.map((row) => row[at]?.length ?? 0)),
	);
	return all
		.map((row) =>
			row
				.map((cell, at) => cell.padEnd(widths[at] ?? 0))
				.join("  ")
				.trimEnd(),
		)
		.join("\n");
}
