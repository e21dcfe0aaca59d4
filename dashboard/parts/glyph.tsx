/**
 * The glyphs of states and of what can be done, drawn here, as fonts differ in what they have.
 * A word always stands beside one.
 */
import type { JSX } from "preact";

const LINE = {
	fill: "none",
	stroke: "currentColor",
	"stroke-width": 1.5,
	"stroke-linecap": "round",
	"stroke-linejoin": "round",
} as const;

const RING = <circle cx="6" cy="6" r="4.75" {...LINE} />;

/** The outlines of the glyphs, within 12 by 12. */
const GLYPHS = {
	SCHEDULED: (
		<>
			{RING}
			<path d="M6 6V1.5A4.5 4.5 0 0 1 10.5 6Z" fill="currentColor" />
		</>
	),
	PENDING: (
		<>
			{RING}
			<path d="M6 3.2V6h2.4" {...LINE} />
		</>
	),
	STARTED: <path d="M3 1.5v9l7.5-4.5z" fill="currentColor" />,
	SUCCESS: <path d="M1.8 6.4 4.8 9.4 10.2 2.8" {...LINE} stroke-width={2} />,
	FAILURE: (
		<>
			<path d="M6 1.6v5.2" {...LINE} stroke-width={2.2} />
			<circle cx="6" cy="10" r="1.3" fill="currentColor" />
		</>
	),
	CANCELLED: (
		<>
			{RING}
			<path d="M2.8 9.2 9.2 2.8" {...LINE} />
		</>
	),
	EXPIRED: (
		<path
			d="M3 1.5h6M3 10.5h6M3.5 1.5c0 3 5 6 5 9M8.5 1.5c0 3-5 6-5 9"
			{...LINE}
		/>
	),
	up: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
	draining: (
		<>
			{RING}
			<path d="M6 1.5v9a4.5 4.5 0 0 1 0-9Z" fill="currentColor" />
		</>
	),
	"at-risk": (
		<>
			{RING}
			<path d="M6 3.4v3.2" {...LINE} />
			<circle cx="6" cy="8.7" r=".9" fill="currentColor" />
		</>
	),
	suspect: (
		<>
			<path
				d="M3.4 3.8C3.4 2.3 4.5 1.4 6 1.4s2.6.9 2.6 2.3c0 1.9-2.6 1.9-2.6 3.8"
				{...LINE}
				stroke-width={1.8}
			/>
			<circle cx="6" cy="10.3" r="1.1" fill="currentColor" />
		</>
	),
	"cut-off": <path d="M7 .8 2.2 7h3L4.6 11.2 9.8 5h-3z" fill="currentColor" />,
	dead: <path d="M2 2l8 8M10 2l-8 8" {...LINE} stroke-width={2} />,
	pause: <path d="M3.5 2v8M8.5 2v8" {...LINE} stroke-width={2} />,
	theme: (
		<>
			{RING}
			<path d="M6 1.5a4.5 4.5 0 0 1 0 9Z" fill="currentColor" />
		</>
	),
	copy: (
		<path d="M4 4h6.5v6.5H4zM2.5 8H1.5V1.5H8v1" {...LINE} stroke-width={1.2} />
	),
	away: <path d="M6 1.5 11 10.5H1Z M6 5v2.4 M6 8.9v.1" {...LINE} />,
} as const;

export type GlyphName = keyof typeof GLYPHS;

export function Glyph({ name }: { readonly name: GlyphName }): JSX.Element {
	return (
		<svg class="glyph" viewBox="0 0 12 12" aria-hidden="true">
			{GLYPHS[name]}
		</svg>
	);
}

/** A state: glyph, word and colour. */
export function Badge({
	state,
	word = state,
}: {
	readonly state: GlyphName;
	readonly word?: string;
}): JSX.Element {
	return (
		<span class="badge" data-tone={state}>
			<Glyph name={state} />
			{word}
		</span>
	);
}
