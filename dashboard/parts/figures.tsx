/** Five figures of the cluster, each with its last 15 minutes. */
import type { ComponentChildren, JSX } from "preact";
import { LIVE_STEP_MS, LIVE_STEPS } from "../../protocol/limits/live.ts";
import { maxOf, rolling, sparkline } from "../charts/sparkline.ts";
import { hrefOf } from "../state/address.ts";
import { live, storeNowMs } from "../state/live.ts";
import type { LiveFigures, LiveSeries } from "../words/live-model.ts";
import { figure, longSpanOf } from "../words/times.ts";
import { FAILING_SHARE, percent } from "../words/verdict.ts";
import { Glyph, type GlyphName } from "./glyph.tsx";

const WIDTH = 200;
const HEIGHT = 20;
const STEPS_A_MINUTE = 60_000 / LIVE_STEP_MS;
const TYPES_SHOWN = 2;

type Values = readonly (number | null)[];

interface FigureParts {
	readonly name: string;
	readonly tone: GlyphName;
	readonly value: string;
	readonly beside?: ComponentChildren;
	readonly href?: string;
	readonly values: Values;
	/** The most that the values can be, drawn behind them. */
	readonly limits?: Values;
	/** Whether the figure is coloured as bad. */
	readonly isBad?: boolean;
}

export function Figures(): JSX.Element {
	const { figures, series } = live.value ?? {};
	return (
		<section class="figures" aria-label="Figures">
			{figures &&
				series && [
					...load(figures, series),
					...ends(figures, series),
					<Oldest key="oldest" figures={figures} series={series} />,
				]}
		</section>
	);
}

function load(figures: LiveFigures, series: LiveSeries): JSX.Element[] {
	const { pending, started, slots } = figures;
	return [
		<Figure
			key="pending"
			name="Waiting"
			tone="PENDING"
			value={figure(pending)}
			href={hrefOf("tasks", { state: "PENDING" })}
			values={series.pending}
		/>,
		<Figure
			key="started"
			name="Running"
			tone="STARTED"
			value={figure(started)}
			beside={`of ${figure(slots)} slots`}
			href={hrefOf("tasks", { state: "STARTED" })}
			values={series.started}
			limits={series.slots}
		/>,
	];
}

function ends(figures: LiveFigures, series: LiveSeries): JSX.Element[] {
	const { endedInMinute, failing } = figures;
	const { ended, failed, types } = failing;
	const share = ended === 0 ? 0 : failed / ended;
	const endedAMinute = rolling(series.ended, STEPS_A_MINUTE);
	const failedAMinute = rolling(series.failed, STEPS_A_MINUTE);
	const names = types.slice(0, TYPES_SHOWN).map(({ type }) => type);
	return [
		<Figure
			key="ended"
			name="Done a minute"
			tone="SUCCESS"
			value={figure(endedInMinute)}
			href={hrefOf("tasks", { state: "SUCCESS" })}
			values={endedAMinute}
		/>,
		<Figure
			key="failing"
			name="Failing"
			tone="FAILURE"
			value={percent(share)}
			beside={names.join(", ")}
			href={hrefOf("tasks", { state: "FAILURE" })}
			values={endedAMinute.map((all, at) =>
				all === null ? null : all === 0 ? 0 : (failedAMinute[at] ?? 0) / all,
			)}
			isBad={share >= FAILING_SHARE}
		/>,
	];
}

function Oldest({
	figures: { oldest },
	series,
}: {
	readonly figures: LiveFigures;
	readonly series: LiveSeries;
}): JSX.Element {
	return (
		<Figure
			name="Oldest waits"
			tone="PENDING"
			value={
				oldest === undefined ? "—" : longSpanOf(storeNowMs() - oldest.sinceMs)
			}
			beside={oldest && `${oldest.queue} · ${oldest.type}`}
			{...(oldest && { href: hrefOf(`tasks/${oldest.id}`) })}
			values={series.oldestMs}
		/>
	);
}

function Figure(parts: FigureParts): JSX.Element {
	const { name, tone, value, beside, href, values, limits = [], isBad } = parts;
	const max = Math.max(maxOf(values), maxOf(limits));
	const box = { width: WIDTH, height: HEIGHT, count: LIVE_STEPS };
	const inner = (
		<>
			<span class="what">
				<Glyph name={tone} />
				{name}
			</span>
			<span class="much">
				<strong data-tone={isBad ? tone : undefined}>{value}</strong>
				<small title={typeof beside === "string" ? beside : undefined}>
					{beside || undefined}
				</small>
			</span>
			<svg
				class="sparkline"
				viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
				preserveAspectRatio="none"
				aria-hidden="true"
				data-tone={tone}
			>
				<path class="limit" d={sparkline(limits, box, max)} />
				<path d={sparkline(values, box, max)} />
			</svg>
		</>
	);
	return href === undefined ? (
		<div class="figure-tile">{inner}</div>
	) : (
		<a class="figure-tile" href={href}>
			{inner}
		</a>
	);
}
