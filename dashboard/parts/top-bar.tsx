/** The bar above every page: which cluster this is, its pages, the search, how live it is. */
import type { JSX } from "preact";
import type { Page } from "../page.ts";
import { hrefOf } from "../state/address.ts";
import { isHelpOpen } from "../state/keys.ts";
import { nextTheme, theme } from "../state/theme.ts";
import { may, signInWhy, signOut, token } from "../state/token.ts";
import { ClusterName } from "./cluster-name.tsx";
import { Glyph } from "./glyph.tsx";
import { Liveness } from "./liveness.tsx";
import { Search } from "./search.tsx";

interface Parts {
	readonly pages: readonly Page[];
	readonly current: Page;
}

export function TopBar({ pages, current }: Parts): JSX.Element {
	const isIn = signInWhy.value === undefined;
	return (
		<header class="bar">
			<a class="home" href={hrefOf("")}>
				<img src="icon.svg" alt="" width="20" height="20" />
				Hearsay
			</a>
			{isIn && <ClusterName />}
			<nav aria-label="Pages">
				{isIn &&
					pages
						.filter(
							({ rank, role }) => rank !== undefined && may(role ?? "read"),
						)
						.map(({ path, title }) => (
							<a
								key={path}
								class="tab"
								href={hrefOf(path)}
								aria-current={isAt(current, path) ? "page" : undefined}
							>
								{title}
							</a>
						))}
				<a class="tab" href="docs">
					Manual
				</a>
			</nav>
			{isIn && <Search />}
			<Liveness />
			<button
				type="button"
				class="quiet"
				title={`Colours: ${theme.value}. Click for the next`}
				aria-label={`Colours: ${theme.value}`}
				onClick={nextTheme}
			>
				<Glyph name="theme" />
			</button>
			<button
				type="button"
				class="quiet"
				title="Keys (?)"
				aria-label="Keys"
				onClick={() => {
					isHelpOpen.value = true;
				}}
			>
				?
			</button>
			{token.value !== undefined && (
				<button type="button" class="quiet" onClick={signOut}>
					Sign out
				</button>
			)}
		</header>
	);
}

/** Whether a link of the bar leads to this page, or to one above it, as tasks are above one task. */
function isAt({ path }: Page, link: string): boolean {
	return path === link || (link !== "" && path.startsWith(`${link}/`));
}
