/** Attempts as dots, the newest at the right: each has the shape and the colour of how it ended. */
import type { JSX } from "preact";
import type { TaskAsListed } from "../../protocol/schema.ts";
import { KIND_GLYPHS, KIND_WORDS, kindOf } from "../words/attempts.ts";
import { counted, figure } from "../words/times.ts";
import { Glyph } from "./glyph.tsx";

/** How many attempts are drawn; the number of the others is written. */
const DOTS_MAX = 6;

export function AttemptDots({
	task: { attempt, attempts },
}: {
	readonly task: TaskAsListed;
}): JSX.Element {
	const shown = attempts.slice(-DOTS_MAX);
	const more = attempt - shown.length;
	const words = shown.map((each) => KIND_WORDS[kindOf(each)]).join(", ");
	const label =
		attempt === 0 ? "none yet" : `${counted(attempt, "attempt")}: ${words}`;
	return (
		<span class="dots" role="img" aria-label={label} title={label}>
			{more > 0 && <span class="more">{figure(more)}+</span>}
			{shown.map((each) => {
				const glyph = KIND_GLYPHS[kindOf(each)];
				return (
					<span key={each.token} data-tone={glyph}>
						<Glyph name={glyph} />
					</span>
				);
			})}
		</span>
	);
}
