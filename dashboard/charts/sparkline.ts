/** The geometry of a figure over time: a line with gaps where nobody has looked. */

type Values = readonly (number | null)[];

/** For `path`, within `width` by `height`; the newest is at the right edge, `count` fill the width. */
export function sparkline(
	values: Values,
	{
		width,
		height,
		count,
	}: {
		readonly width: number;
		readonly height: number;
		readonly count: number;
	},
	max = maxOf(values),
): string {
	const step = width / Math.max(1, count - 1);
	const first = count - values.length;
	let isDown = false;
	let d = "";
	for (const [at, value] of values.entries()) {
		if (value === null) isDown = false;
		else {
			const x = (first + at) * step;
			const y = height - 1 - (max > 0 ? value / max : 0) * (height - 2);
			d += `${isDown ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
			isDown = true;
		}
	}
	return d;
}

export function maxOf(values: Values): number {
	return values.reduce<number>((max, each) => Math.max(max, each ?? 0), 0);
}

/** Each as the sum of itself and those before it, as many as `count`; null where none is known. */
export function rolling(values: Values, count: number): (number | null)[] {
	return values.map((_, at) => {
		const known = values
			.slice(Math.max(0, at - count + 1), at + 1)
			.filter((each) => each !== null);
		return known.length === 0
			? null
			: known.reduce((sum, each) => sum + each, 0);
	});
}
