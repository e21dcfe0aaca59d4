/** How live the page is: whether a node answers, and if not, why and since when. */
import type { JSX } from "preact";
import { isPaused, nowMs } from "../state/clock.ts";
import { live, quietMs } from "../state/live.ts";
import { hasAnswered, trouble } from "../state/node.ts";
import { signInWhy } from "../state/token.ts";
import { addressOf, pageOf } from "../words/nodes.ts";
import { clockTime, longSpanOf } from "../words/times.ts";
import { Glyph, type GlyphName } from "./glyph.tsx";

export function Liveness(): JSX.Element {
	const [name, tone, word] = howLive();
	return (
		<p class="liveness" role="status" data-tone={tone}>
			<Glyph name={name} />
			<span title={word}>{word}</span>
		</p>
	);
}

function howLive(): [GlyphName, string, string] {
	if (signInWhy.value !== undefined)
		return ["suspect", "quiet", "Not signed in"];
	if (isPaused.value) return ["pause", "suspect", "Paused: p goes on"];
	if (trouble.value !== undefined)
		return ["dead", "dead", `${trouble.value.why} Trying again …`];
	if (!hasAnswered.value) return ["PENDING", "quiet", "Asking this node …"];
	if (quietMs.value !== undefined)
		return [
			...(["suspect", "suspect"] as const),
			`Nothing new for ${longSpanOf(quietMs.value)}`,
		];
	return ["up", "up", "Live"];
}

/** What is shown is old: it says so, stays as easy to read, and leads to where it can be seen as it is now. */
export function Age(): JSX.Element | null {
	if (trouble.value === undefined) return null;
	const { atMs } = trouble.value;
	const others = (live.value?.elsewhere ?? []).flatMap((url) => {
		const href = pageOf(url, location.href);
		return href === undefined ? [] : [{ url, href: href + location.hash }];
	});
	if (atMs === undefined && others.length === 0) return null;
	return (
		<p class="age" data-tone="dead">
			{atMs !== undefined && (
				<span>
					What is shown is as of{" "}
					<time>{clockTime(new Date(atMs), nowMs.value)}</time>, and may have
					changed since.
				</span>
			)}
			{others.length > 0 && (
				<span>
					The same on other nodes:{" "}
					{others.map(({ url, href }) => (
						<a key={url} href={href}>
							{addressOf({ url })}
						</a>
					))}
				</span>
			)}
		</p>
	);
}
