/** The bars of one lane, and where its node died. */
import type { JSX } from "preact";
import { type Bar, LINE_PX, type Scale, xOf } from "../charts/lanes.ts";
import { hrefOf } from "../state/address.ts";
import { deathKey, type LiveDeath } from "../words/live-model.ts";

const MARK_PX = 3;
const CROSS_PX = 3.5;

interface Parts {
	readonly bars: readonly Bar[];
	readonly deaths: readonly LiveDeath[];
	readonly scale: Scale;
	readonly height: number;
}

export function Bars({ bars, deaths, scale, height }: Parts): JSX.Element {
	return (
		<>
			{bars.map((bar) =>
				bar.movedFrom === undefined ? (
					<path key={bar.key} class="bar-line" {...marks(bar)} d={bar.d} />
				) : (
					<Moved key={bar.key} bar={bar} />
				),
			)}
			{deaths.map((death) => (
				<Death
					key={deathKey(death)}
					x={xOf(death.atMs, scale)}
					height={height}
				/>
			))}
		</>
	);
}

function marks({ key, kind, attempt }: Bar) {
	return { "data-bar": key, "data-kind": kind, "data-task": attempt.task };
}

/** A bar that moved can be reached without a mouse, as one looks for it after a death. */
function Moved({ bar }: { readonly bar: Bar }): JSX.Element {
	const { attempt, x, y } = bar;
	return (
		<a
			class="moved"
			href={hrefOf(`tasks/${attempt.task}`)}
			aria-label={`${attempt.type ?? "Task"} ${attempt.task}, moved here`}
			data-bar={bar.key}
		>
			<path class="bar-line" {...marks(bar)} d={bar.d} />
			<rect
				class="mark"
				data-bar={bar.key}
				{...{ x, y: y - 1, width: MARK_PX, height: LINE_PX + 2 }}
			/>
		</a>
	);
}

function Death({ x, height }: { readonly x: number; readonly height: number }) {
	const y = CROSS_PX + 1;
	const cross = `M${x - CROSS_PX} ${y - CROSS_PX}l${2 * CROSS_PX} ${2 * CROSS_PX}m0 ${-2 * CROSS_PX}l${-2 * CROSS_PX} ${2 * CROSS_PX}`;
	return (
		<g class="death">
			<path d={`M${x} ${2 * y}V${height}`} />
			<path d={cross} />
		</g>
	);
}
