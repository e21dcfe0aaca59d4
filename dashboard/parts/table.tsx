/** A table that scrolls sideways by itself, if the window is narrow, by keys too. */
import type { ComponentChildren, JSX } from "preact";

interface TableParts {
	/** The name of the table, for screen readers. */
	readonly label: string;
	readonly heads: readonly Head[];
	/** What is shown instead if there are no rows. */
	readonly empty: ComponentChildren;
	/** Rows, each with its key. */
	readonly children: readonly ComponentChildren[];
}

/** The title of a column; a column of figures is aligned to the right. */
export type Head = string | { readonly figure: string };

export function Table({
	label,
	heads,
	empty,
	children,
}: TableParts): JSX.Element {
	return (
		<section
			class="scroll"
			aria-label={label}
			// biome-ignore lint/a11y/noNoninteractiveTabindex: without a mouse a wide table is scrolled by keys
			tabIndex={0}
		>
			<table>
				<thead>
					<tr>
						{heads.map((head) =>
							typeof head === "string" ? (
								<th key={head} scope="col">
									{head}
								</th>
							) : (
								<th key={head.figure} scope="col" class="figure">
									{head.figure}
								</th>
							),
						)}
					</tr>
				</thead>
				<tbody>{children}</tbody>
			</table>
			{children.length === 0 && <p class="empty">{empty}</p>}
		</section>
	);
}

/** A cell that one long name may not widen: it is cut, and can be read whole all the same. */
export function Long({
	text,
	children = text,
}: {
	readonly text: string;
	readonly children?: ComponentChildren;
}): JSX.Element {
	return (
		<td class="long" title={text || undefined}>
			{children || undefined}
		</td>
	);
}
