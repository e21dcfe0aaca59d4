/** The verdict, above all else on the page of the cluster; and in the tab's title, whatever page that is. */
import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { hrefOf } from "../state/address.ts";
import { live, quietMs, storeNowMs } from "../state/live.ts";
import { outOfDate, type Verdict, verdictOf } from "../words/verdict.ts";
import { Glyph } from "./glyph.tsx";

/** What has been dismissed; known as long as the tab is open. */
const KEY = "hearsay-dismissed";
const dismissed = signal<ReadonlySet<string>>(
	new Set(sessionStorage.getItem(KEY)?.split("\n") ?? []),
);

function dismiss(key: string): void {
	dismissed.value = new Set([...dismissed.value, key]);
	sessionStorage.setItem(KEY, [...dismissed.value].join("\n"));
}

const verdict = computed((): Verdict | undefined => {
	if (live.value === undefined) return undefined;
	const last = verdictOf(live.value, storeNowMs(), dismissed.value);
	return quietMs.value === undefined ? last : outOfDate(last, quietMs.value);
});

/** What the title of the tab says before the page's name. */
export const alarm = computed(() => {
	const { tone = "up", lead = "" } = verdict.value ?? {};
	// A title that counts seconds would change all the time.
	return tone === "up" ? "" : `${lead.replace(/ \S+( \S+)? ago$/, "")} — `;
});

export function VerdictBar(): JSX.Element {
	const found = verdict.value;
	if (found === undefined)
		return <p class="verdict">Asking how the cluster is …</p>;
	const { tone, glyph = tone, lead, parts, more, key, others } = found;
	return (
		<section class="verdict" data-tone={tone} aria-label="Verdict">
			<strong>
				<Glyph name={glyph} />
				<bdi>{lead}</bdi>
			</strong>
			<span>{parts.join(" · ")}</span>
			{others.length > 0 && (
				<span class="others" title={others.join("; ")}>
					Also: <bdi>{others.join("; ")}</bdi>
				</span>
			)}
			<span class="acts">
				{more && <a href={hrefOf(more.path, more.query)}>{more.text} →</a>}
				{key !== undefined && (
					<button
						type="button"
						class="quiet dismiss"
						onClick={() => dismiss(key)}
					>
						Dismiss
					</button>
				)}
			</span>
		</section>
	);
}
