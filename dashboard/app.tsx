/** All of the page: the bar, the page that the address names, or where one signs in. */
import { effect } from "@preact/signals";
import { type JSX, render } from "preact";
import type { Page } from "./page.ts";
import { KeyList } from "./parts/key-list.tsx";
import { Age } from "./parts/liveness.tsx";
import { SignIn } from "./parts/sign-in.tsx";
import { TopBar } from "./parts/top-bar.tsx";
import { alarm } from "./parts/verdict-bar.tsx";
import { address, followAddress } from "./state/address.ts";
import { followPresses } from "./state/asked.ts";
import { followClock } from "./state/clock.ts";
import { followKeys } from "./state/keys.ts";
import { followLive, live } from "./state/live.ts";
import { followTheme } from "./state/theme.ts";
import { followTabs, signInWhy } from "./state/token.ts";
import { pageAt } from "./words/place.ts";

/** Draws the page, and keeps it up to date. `pages`: as the build has found them. */
export function start(found: readonly Page[]): void {
	const pages = found.toSorted(
		(a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity),
	);
	followTheme();
	followAddress();
	followClock();
	followPresses();
	followTabs();
	followLive();
	followKeys(pages);
	effect(() => {
		const { title } = pageAt(pages, address.value.path).page;
		const cluster = live.value?.cluster;
		document.title = `${alarm.value}${title}${cluster ? ` · ${cluster}` : ""} · Hearsay`;
	});
	document.body.replaceChildren();
	render(<App pages={pages} />, document.body);
}

function App({ pages }: { readonly pages: readonly Page[] }): JSX.Element {
	const { path, query } = address.value;
	const { page, rest } = pageAt(pages, path);
	return (
		<>
			<button type="button" class="skip" onClick={skip}>
				Skip to the content
			</button>
			<TopBar pages={pages} current={page} />
			<main tabIndex={-1}>
				{signInWhy.value === undefined ? (
					<>
						<Age />
						<page.View key={page.path} rest={rest} query={query} />
					</>
				) : (
					<SignIn />
				)}
			</main>
			<KeyList pages={pages} />
		</>
	);
}

function skip(): void {
	document.querySelector("main")?.focus();
}
